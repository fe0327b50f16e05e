-- How often a clerk's services led to a rating page, for whole months. Service events are those of event_counts.sql,
-- found without the stage tables, which belong to restatements: an event that nobody names is known by its prompt, or by
-- the rating that was not given. An event belongs to the clerk whom its rating names, else its prompt; one without a
-- clerk is not in here.
-- Called by StaffMonths, once for each month. Grain: month x hall x window x staff; clerks with fewer than least events at
-- a window are one row with staff ''. Cost: reads ratings and prompts of
-- the month with FINAL, once. Clerks go through the grouping as numbers, as places do in event_counts.sql; 0 = no clerk.
WITH
    toUUID('00000000-0000-0000-0000-000000000000') AS nobody,
{{rating_losers}},
    records AS
    (
        SELECT event_day, event_key, prompt_id AS prompt, id, answer,
            if(staff = '', 0, sipHash64(hall, window, staff)) AS clerk, bitShiftRight(sipHash64(id, content_hash), 1) AS rank,
            answer IN ('unanswered', 'declined') OR prompt_id != nobody AS shown
        FROM ratings FINAL
        WHERE event_day BETWEEN {from:Date} AND {to:Date} AND NOT test AND NOT probe AND assess_number = 1
            AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM losers)
        SETTINGS do_not_merge_across_partitions_select_final = 1
        UNION ALL
        SELECT event_day, event_key, id AS prompt, id, '' AS answer,
            if(staff = '', 0, sipHash64(hall, window, staff)) AS clerk,
            bitOr(bitShiftRight(sipHash64(id, content_hash), 1), bitShiftLeft(toUInt64(1), 63)) AS rank,
            shown_at > toDateTime64(0, 3, 'UTC') AS shown
        FROM prompts FINAL
        WHERE event_day BETWEEN {from:Date} AND {to:Date} AND NOT test
        SETTINGS do_not_merge_across_partitions_select_final = 1
    ),
    -- What names the same prompt on a day stands together, and is told apart again once the prompt has a name.
    grouped AS
    (
        SELECT event_day, minIf(event_key, prompt != nobody AND event_key != nobody) AS name,
            groupArray((event_key, multiIf(prompt != nobody, prompt, answer IN ('unanswered', 'declined'), id, nobody), clerk, rank, shown)) AS alike
        FROM records
        GROUP BY event_day, prompt != nobody, if(prompt != nobody, prompt, id)
    )
SELECT clerks.hall, clerks.window, if(counted.events < {least:UInt64}, '', clerks.staff) AS who, sum(counted.events), sum(counted.prompted)
FROM
(
    SELECT clerk, count() AS events, countIf(is_prompted) AS prompted
    FROM
    (
        SELECT event_day, multiIf(member.1 != nobody, member.1, name != nobody, name, member.2) AS event,
            argMinIf(member.3, member.4, member.3 != 0) AS clerk, max(member.5) AS is_prompted
        FROM grouped
        ARRAY JOIN alike AS member
        WHERE event != nobody
        GROUP BY event_day, event
    )
    WHERE clerk != 0
    GROUP BY clerk
) AS counted
LEFT ANY JOIN
(
    SELECT DISTINCT hall, window, staff, sipHash64(hall, window, staff) AS clerk
    FROM
    (
        SELECT hall, window, staff FROM ratings WHERE event_day BETWEEN {from:Date} AND {to:Date} AND staff != ''
        UNION DISTINCT
        SELECT hall, window, staff FROM prompts WHERE event_day BETWEEN {from:Date} AND {to:Date} AND staff != ''
    )
) AS clerks ON counted.clerk = clerks.clerk
GROUP BY clerks.hall, clerks.window, who
ORDER BY clerks.hall, clerks.window, who
LIMIT {limit:UInt64}
