-- Service events, each once: rated, asked, or silent. An event that its rating or its prompt
-- names is known by that name, one that nobody names by the prompt. A rating that nobody asked for and that
-- names no event has no denominator and is no event here.
-- Called by Recompute after prompt_names. Cost: reads ratings and prompts of these days with FINAL.
INSERT INTO stage_base (day, part, region, hall, window, department, item, events, rated, prompted)
SELECT day, 'rating', place.1, place.2, place.3, place.4, place.5, count(), countIf(is_rated), countIf(is_prompted)
FROM
(
    SELECT day, event, argMin(place, rank) AS place, max(active) AS is_rated, max(shown) AS is_prompted
    FROM
    (
        SELECT event_day AS day,
            multiIf(event_key != toUUID('00000000-0000-0000-0000-000000000000'), event_key,
                    name != toUUID('00000000-0000-0000-0000-000000000000'), name,
                    prompt != toUUID('00000000-0000-0000-0000-000000000000'), prompt,
                    answer IN ('unanswered', 'declined'), id,
                    toUUID('00000000-0000-0000-0000-000000000000')) AS event,
            (if(region_raw != region AND region_raw IN (SELECT region FROM region_paths), region_raw, region), hall, window, department, item) AS place,
            (not_rated, id, content_hash) AS rank, active, shown
        FROM
        (
            SELECT event_day, event_key, prompt_id AS prompt, id, content_hash, answer, region_raw, region, hall, window, department, item,
                0 AS not_rated, answer = 'active' AS active,
                answer IN ('unanswered', 'declined') OR prompt_id != toUUID('00000000-0000-0000-0000-000000000000') AS shown
            FROM ratings FINAL
            WHERE event_day IN {days:Array(Date)} AND NOT test AND NOT probe AND assess_number = 1
                AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM stage_superseded)
            SETTINGS do_not_merge_across_partitions_select_final = 1
            UNION ALL
            SELECT event_day, event_key, id AS prompt, id, content_hash, '' AS answer, region_raw, region, hall, window, department, item,
                1 AS not_rated, false AS active,
                shown_at > toDateTime64(0, 3, 'UTC') AS shown
            FROM prompts FINAL
            WHERE event_day IN {days:Array(Date)} AND NOT test
            SETTINGS do_not_merge_across_partitions_select_final = 1
        ) AS r
        LEFT ANY JOIN (SELECT event_day, prompt_id, event_key AS name FROM stage_prompt_names) AS named
            ON r.event_day = named.event_day AND r.prompt = named.prompt_id
    )
    WHERE event != toUUID('00000000-0000-0000-0000-000000000000')
    GROUP BY day, event
)
GROUP BY day, place
