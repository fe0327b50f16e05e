-- The rows of one part of some days as they are, when only the other part is restated.
-- Called by Restate. Cost: the rows of these days.
INSERT INTO stage_day_department (day, part, region, department, {{columns}})
SELECT f.day, f.part, f.region, f.department, {{kept}}
FROM day_department AS f
WHERE f.day IN {days:Array(Date)} AND f.part = {part:String}
