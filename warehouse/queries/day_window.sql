-- Called by Recompute. Grain: day x hall x window. Cost: the rows of stage_base.
INSERT INTO stage_day_window (day, part, hall, window, {{columns}})
SELECT f.day, f.part, f.hall, f.window, {{sums}}
FROM stage_base AS f
WHERE f.hall != ''
GROUP BY f.day, f.part, f.hall, f.window
