-- Called by Recompute for each closed month that it touched. Cost: the rows of one month of day_department.
INSERT INTO stage_month_department (month, part, region, department, {{columns}})
SELECT toStartOfMonth(f.day) AS month, f.part, f.region, f.department, {{sums}}
FROM day_department AS f
WHERE f.day >= {month:Date} AND f.day < {month:Date} + INTERVAL 1 MONTH
GROUP BY month, f.part, f.region, f.department
