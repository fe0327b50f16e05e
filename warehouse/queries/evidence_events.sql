-- The service events of a unit in a period, each once, by the rules of prompt_names and event_counts.
-- Called by Events of Evidence, and within evidence_counts, once for each month. Grain: an event.
-- Cost: ratings and prompts of the period with FINAL.
WITH
{{rating_losers}},
    toUUID('00000000-0000-0000-0000-000000000000') AS nobody,
    prompt_names AS
    (
        SELECT event_day, prompt, min(name) AS name
        FROM
        (
            SELECT event_day, id AS prompt, event_key AS name
            FROM prompts
            WHERE event_day BETWEEN {from:Date} AND {to:Date} AND NOT test AND event_key != nobody
                AND id IN
                (
                    SELECT prompt_id FROM ratings
                    WHERE event_day BETWEEN {from:Date} AND {to:Date} AND event_key = nobody AND prompt_id != nobody
                )
            UNION ALL
            SELECT event_day, prompt_id AS prompt, event_key AS name
            FROM ratings
            WHERE event_day BETWEEN {from:Date} AND {to:Date} AND NOT test AND NOT probe AND assess_number = 1 AND event_key != nobody
                AND prompt_id IN
                (
                    SELECT id FROM prompts WHERE event_day BETWEEN {from:Date} AND {to:Date} AND event_key = nobody
                    UNION ALL
                    SELECT prompt_id FROM ratings
                    WHERE event_day BETWEEN {from:Date} AND {to:Date} AND event_key = nobody AND prompt_id != nobody
                )
                AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM losers)
        )
        GROUP BY event_day, prompt
    ),
    chosen AS
    (
        SELECT event_day, event, recorded.1 AS region_raw, recorded.2 AS region, recorded.3 AS hall, recorded.4 AS window,
            recorded.5 AS department, recorded.6 AS item, is_rated, is_prompted
        FROM
        (
            SELECT event_day, event, argMin(at, rank) AS recorded, max(active) AS is_rated, max(shown) AS is_prompted
            FROM
            (
                SELECT event_day, at, rank, active, shown,
                    multiIf(event_key != nobody, event_key, name != nobody, name, prompt != nobody, prompt,
                        answer IN ('unanswered', 'declined'), id, nobody) AS event
                FROM
                (
                    SELECT event_day, event_key, prompt_id AS prompt, id, answer, answer = 'active' AS active,
                        answer IN ('unanswered', 'declined') OR prompt_id != nobody AS shown,
                        (region_raw, region, hall, window, department, item) AS at,
                        bitShiftRight(sipHash64(id, content_hash), 1) AS rank
                    FROM ratings FINAL
                    WHERE event_day BETWEEN {from:Date} AND {to:Date} AND NOT test AND NOT probe AND assess_number = 1
                        AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM losers)
                    UNION ALL
                    SELECT event_day, event_key, id AS prompt, id, '' AS answer, false AS active,
                        shown_at > toDateTime64(0, 3, 'UTC') AS shown,
                        (region_raw, region, hall, window, department, item) AS at,
                        bitOr(bitShiftRight(sipHash64(id, content_hash), 1), bitShiftLeft(toUInt64(1), 63)) AS rank
                    FROM prompts FINAL
                    WHERE event_day BETWEEN {from:Date} AND {to:Date} AND NOT test
                ) AS r
                LEFT ANY JOIN prompt_names AS named ON r.event_day = named.event_day AND r.prompt = named.prompt
            )
            WHERE event != nobody
            GROUP BY event_day, event
        )
        WHERE {{recorded}}
    ),
{{placed}}
SELECT '' AS reason, event_day, event, CAST(is_rated, 'Bool') AS rated, CAST(is_prompted, 'Bool') AS prompted, leaf, unit, hall, window, item
FROM placed
WHERE {{unit}}
ORDER BY event_day, event
