-- Counts of ratings at the finest grain, by codes as recorded.
-- Called by Recompute, once for a chunk of days. Grain: day x region x hall x window x department x item
-- x source.
-- A region code is looked up as sent, then in its canonical form.
-- Cost: reads the ratings of these days with FINAL, and the keys that collided on them.
INSERT INTO stage_base (day, part, region, hall, window, department, item, source,
    level_1, level_2, level_3, level_4, level_5, default_1, default_2, default_3, default_4, default_5,
    reassessed_1, reassessed_2, reassessed_3, reassessed_4, reassessed_5,
    unanswered, declined, excluded, channel_valid, channel_bad, tags, hours)
SELECT event_day, 'rating', place_region, hall, window, department, item, source,
    countIf(valid AND level = 1), countIf(valid AND level = 2), countIf(valid AND level = 3),
    countIf(valid AND level = 4), countIf(valid AND level = 5),
    countIf(booked AND level = 1), countIf(booked AND level = 2), countIf(booked AND level = 3),
    countIf(booked AND level = 4), countIf(booked AND level = 5),
    countIf(again AND level = 1), countIf(again AND level = 2), countIf(again AND level = 3),
    countIf(again AND level = 4), countIf(again AND level = 5),
    countIf(answer = 'unanswered'), countIf(answer = 'declined'), countIf(is_excluded),
    sumMapIf(map(channel, toUInt64(1)), valid), sumMapIf(map(channel, toUInt64(1)), valid AND level <= 2),
    sumMapIf(mapFromArrays(tags, arrayMap(t -> toUInt64(1), tags)), valid AND notEmpty(tags)),
    sumMapIf(map(toHour(rated_at, {zone:String}), toUInt64(1)), valid)
FROM
(
    SELECT event_day, hall, window, department, item, source, channel, tags, level, rated_at, answer,
        id IN (
            SELECT rating_id FROM follow_ups FINAL WHERE step IN ('excluded', 'reinstated')
            GROUP BY rating_id HAVING argMax(step, (at, id, content_hash)) = 'excluded'
        ) AS is_excluded,
        answer = 'active' AND assess_number = 1 AND NOT is_excluded AS valid,
        answer = 'default' AND assess_number = 1 AND NOT is_excluded AS booked,
        answer = 'active' AND assess_number = 2 AND NOT is_excluded AS again,
        if(region_raw != region AND region_raw IN (SELECT region FROM region_paths), region_raw, region) AS place_region
    FROM ratings FINAL
    WHERE event_day IN {days:Array(Date)} AND NOT test AND NOT probe
        AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM stage_superseded)
    SETTINGS do_not_merge_across_partitions_select_final = 1
)
GROUP BY event_day, place_region, hall, window, department, item, source
