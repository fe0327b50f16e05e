-- Called by Recompute for each closed month that it touched. Cost: the rows of one month of day_window.
INSERT INTO stage_month_window (month, part, hall, window, {{columns}})
SELECT toStartOfMonth(f.day) AS month, f.part, f.hall, f.window, {{sums}}
FROM day_window AS f
WHERE f.day >= {month:Date} AND f.day < {month:Date} + INTERVAL 1 MONTH
GROUP BY month, f.part, f.hall, f.window
