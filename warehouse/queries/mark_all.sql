-- Marks every day that ever held a record, because the directory changed.
-- Called by ImportDirectory.
INSERT INTO day_marks (day, part, reason, marks, last)
SELECT DISTINCT day, part, {reason:String}, 1, toDateTime64(0, 3, 'UTC') FROM day_marks
