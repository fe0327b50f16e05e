-- Called by Recompute for each closed month that it touched. Cost: the rows of one month of day_region.
INSERT INTO stage_month_region (month, part, region, line, parent, depth, {{columns}})
SELECT toStartOfMonth(f.day) AS month, f.part, f.region, f.line, f.parent, f.depth, {{sums}}
FROM day_region AS f
WHERE f.day >= {month:Date} AND f.day < {month:Date} + INTERVAL 1 MONTH
GROUP BY month, f.part, f.region, f.line, f.parent, f.depth
