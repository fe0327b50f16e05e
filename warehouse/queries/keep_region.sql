-- The rows of one part of some days as they are, when only the other part is restated.
-- Called by Restate. Cost: the rows of these days.
INSERT INTO stage_day_region (day, part, region, line, parent, depth, {{columns}})
SELECT f.day, f.part, f.region, f.line, f.parent, f.depth, {{kept}}
FROM day_region AS f
WHERE f.day IN {days:Array(Date)} AND f.part = {part:String}
