-- Makes the days dirty on which generated records count; the newest record of each is from the afternoon. Called by
-- World.Mark.
INSERT INTO day_marks (day, part, reason, marks, last)
SELECT {from:Date} + number AS day, {part:String}, 'records', 1, toDateTime64(day, 3, 'Asia/Shanghai') + INTERVAL 17 HOUR
FROM numbers({days:UInt64})
