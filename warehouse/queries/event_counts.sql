-- Service events, each once: rated, asked, or silent. An event that its rating or its prompt
-- names is known by that name, one that nobody names by the prompt. A rating that nobody asked for and that
-- names no event has no denominator and is no event here.
-- An event lies where its rating says, else its prompt; of several, the one with the smallest hash, whatever came first.
-- Called by Recompute after prompt_names. Cost: reads ratings and prompts of these days with FINAL. Places go through the
-- grouping as numbers, nine times faster than as names; of a million places two share a number with a chance of 1 in 37 million.
INSERT INTO stage_base (day, part, region, hall, window, department, item, events, rated, prompted)
WITH
    toUUID('00000000-0000-0000-0000-000000000000') AS nobody,
    ((sent, canonical) -> if(sent != canonical AND sent IN (SELECT region FROM region_paths), sent, canonical)) AS known_region
SELECT counted.day, 'rating', places.region, places.hall, places.window, places.department, places.item, events, rated, prompted
FROM
(
    SELECT day, place, count() AS events, countIf(is_rated) AS rated, countIf(is_prompted) AS prompted
    FROM
    (
        SELECT day, event, argMin(place, rank) AS place, max(active) AS is_rated, max(shown) AS is_prompted
        FROM
        (
            SELECT event_day AS day, place, rank, active, shown,
                multiIf(event_key != nobody, event_key, name != nobody, name, prompt != nobody, prompt,
                    answer IN ('unanswered', 'declined'), id, nobody) AS event
            FROM
            (
                SELECT event_day, event_key, prompt_id AS prompt, id, answer, answer = 'active' AS active,
                    answer IN ('unanswered', 'declined') OR prompt_id != nobody AS shown,
                    sipHash64(known_region(region_raw, region), hall, window, department, item) AS place,
                    bitShiftRight(sipHash64(id, content_hash), 1) AS rank
                FROM ratings FINAL
                WHERE event_day IN {days:Array(Date)} AND NOT test AND NOT probe AND assess_number = 1
                    AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM stage_superseded)
                SETTINGS do_not_merge_across_partitions_select_final = 1
                UNION ALL
                SELECT event_day, event_key, id AS prompt, id, '' AS answer, false AS active,
                    shown_at > toDateTime64(0, 3, 'UTC') AS shown,
                    sipHash64(known_region(region_raw, region), hall, window, department, item) AS place,
                    bitOr(bitShiftRight(sipHash64(id, content_hash), 1), bitShiftLeft(toUInt64(1), 63)) AS rank
                FROM prompts FINAL
                WHERE event_day IN {days:Array(Date)} AND NOT test
                SETTINGS do_not_merge_across_partitions_select_final = 1
            ) AS r
            LEFT ANY JOIN (SELECT event_day, prompt_id, event_key AS name FROM stage_prompt_names) AS named
                ON r.event_day = named.event_day AND r.prompt = named.prompt_id
        )
        WHERE event != nobody
        GROUP BY day, event
    )
    GROUP BY day, place
) AS counted
LEFT ANY JOIN
(
    SELECT DISTINCT known_region(region_raw, region) AS region, hall, window, department, item,
        sipHash64(known_region(region_raw, region), hall, window, department, item) AS place
    FROM
    (
        SELECT region_raw, region, hall, window, department, item FROM ratings WHERE event_day IN {days:Array(Date)}
        UNION DISTINCT
        SELECT region_raw, region, hall, window, department, item FROM prompts WHERE event_day IN {days:Array(Date)}
    )
) AS places ON counted.place = places.place
