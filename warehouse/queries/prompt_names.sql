-- The service events of prompts that a rating answers, where only one of the two names the
-- event: without it, one event would be counted under two names. A rating and its prompt
-- find each other on one day only, so that a day never depends on another.
-- Called by Recompute after superseded. Cost: reads the ids of ratings and prompts of these days.
INSERT INTO stage_prompt_names (event_day, prompt_id, event_key)
SELECT event_day, prompt, min(name)
FROM
(
    SELECT event_day, id AS prompt, event_key AS name
    FROM prompts
    WHERE event_day IN {days:Array(Date)} AND NOT test AND event_key != toUUID('00000000-0000-0000-0000-000000000000')
        AND id IN
        (
            SELECT prompt_id FROM ratings
            WHERE event_day IN {days:Array(Date)} AND event_key = toUUID('00000000-0000-0000-0000-000000000000')
                AND prompt_id != toUUID('00000000-0000-0000-0000-000000000000')
        )
    UNION ALL
    SELECT event_day, prompt_id AS prompt, event_key AS name
    FROM ratings
    WHERE event_day IN {days:Array(Date)} AND NOT test AND NOT probe AND assess_number = 1
        AND event_key != toUUID('00000000-0000-0000-0000-000000000000')
        AND prompt_id IN
        (
            SELECT id FROM prompts
            WHERE event_day IN {days:Array(Date)} AND event_key = toUUID('00000000-0000-0000-0000-000000000000')
            UNION ALL
            SELECT prompt_id FROM ratings
            WHERE event_day IN {days:Array(Date)} AND event_key = toUUID('00000000-0000-0000-0000-000000000000')
                AND prompt_id != toUUID('00000000-0000-0000-0000-000000000000')
        )
        AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM stage_superseded)
)
GROUP BY event_day, prompt
