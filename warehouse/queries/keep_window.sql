-- The rows of one part of some days as they are, when only the other part is restated.
-- Called by Restate. Cost: the rows of these days.
INSERT INTO stage_day_window (day, part, hall, window, {{columns}})
SELECT f.day, f.part, f.hall, f.window, {{kept}}
FROM day_window AS f
WHERE f.day IN {days:Array(Date)} AND f.part = {part:String}
