-- The bad ratings of a period that count, each with what was done about it so far. Which ratings count is the rule of
-- rating_counts and superseded, except that exclusion is given and not applied.
-- Called by FollowUps and Outcomes. Grain: a rating. Cost: some columns of the ratings of the period; the rest is few, as bad ratings
-- and the keys that collided are. Exact repeats of a row are told by its key instead of with FINAL.
WITH
    members AS
    (
        SELECT key, assess, id, content_hash, event_day, answer_weight, rated_at
        FROM rating_keys FINAL
        WHERE (key, assess) IN (SELECT key, assess FROM rating_collisions WHERE event_day BETWEEN {from:Date} AND {to:Date})
    ),
    conflicting AS
    (
        SELECT id, content_hash, event_day
        FROM rating_keys FINAL
        WHERE assess = 0 AND key IN (SELECT id FROM members)
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY content_hash, event_day) > 1
    ),
    losers AS
    (
        SELECT id, content_hash, event_day FROM conflicting
        UNION ALL
        SELECT id, content_hash, event_day
        FROM members
        WHERE assess > 0 AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM conflicting)
        QUALIFY row_number() OVER (PARTITION BY key, assess ORDER BY answer_weight DESC, rated_at, id) > 1
    ),
    bad AS
    (
        SELECT event_day, id, content_hash, rated_at, region_raw, region, hall, window, department, item, channel
        FROM ratings
        WHERE event_day BETWEEN {from:Date} AND {to:Date} AND answer = 'active' AND assess_number = 1 AND level IN (1, 2)
            AND NOT test AND NOT probe
            AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM losers)
        LIMIT 1 BY event_day, id, content_hash
    )
SELECT bad.event_day, bad.rated_at, bad.region_raw, bad.region, bad.hall, bad.window, bad.department, bad.item, bad.channel,
    done.excluded, done.dismissed, done.contacted_at, done.rectified_at, done.called_back, done.answered, done.is_satisfied
FROM bad
LEFT JOIN
(
    SELECT rating_id,
        argMaxIf(step, (at, id, content_hash), step IN ('excluded', 'reinstated')) = 'excluded' AS excluded,
        argMaxIf(step, (at, id, content_hash), step IN ('verified', 'dismissed')) = 'dismissed' AS dismissed,
        minIf(at, step = 'contacted') AS contacted_at,
        minIf(at, step = 'rectified') AS rectified_at,
        countIf(step = 'called_back') > 0 AS called_back,
        countIf(step = 'called_back' AND satisfied IS NOT NULL) > 0 AS answered,
        argMaxIf(ifNull(satisfied, false), (at, id, content_hash), step = 'called_back' AND satisfied IS NOT NULL) AS is_satisfied
    FROM follow_ups
    WHERE rating_id IN (SELECT id FROM bad)
    GROUP BY rating_id
) AS done ON bad.id = done.rating_id
