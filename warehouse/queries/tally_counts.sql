-- Counts that somebody else made, on the last day of their period.
-- Called by Recompute. Regions are looked up as for ratings. Cost: reads the tallies table.
INSERT INTO stage_base (day, part, region, hall, window, department, item,
    level_1, level_2, level_3, level_4, level_5, default_1, default_2, default_3, default_4, default_5,
    unanswered, declined, channel_valid, channel_bad)
SELECT to_day, 'rating',
    if(region_raw != region AND region_raw IN (SELECT region FROM region_paths), region_raw, region) AS place_region, hall, window, department, item,
    sumIf(count, answer = 'active' AND level = 1), sumIf(count, answer = 'active' AND level = 2),
    sumIf(count, answer = 'active' AND level = 3), sumIf(count, answer = 'active' AND level = 4),
    sumIf(count, answer = 'active' AND level = 5),
    sumIf(count, answer = 'default' AND level = 1), sumIf(count, answer = 'default' AND level = 2),
    sumIf(count, answer = 'default' AND level = 3), sumIf(count, answer = 'default' AND level = 4),
    sumIf(count, answer = 'default' AND level = 5),
    sumIf(count, answer = 'unanswered'), sumIf(count, answer = 'declined'),
    sumMapIf(map(channel, count), answer = 'active'), sumMapIf(map(channel, count), answer = 'active' AND level <= 2)
FROM tallies FINAL
WHERE to_day IN {days:Array(Date)}
GROUP BY to_day, place_region, hall, window, department, item
