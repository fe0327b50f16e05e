-- Makes the days dirty on which generated records count. Called by World.Mark.
INSERT INTO day_marks (day, part, reason, marks, last)
SELECT {from:Date} + number, {part:String}, 'records', 1, toDateTime64(0, 3, 'UTC') FROM numbers({days:UInt64})
