-- The bad ratings of a period that count, each with what was done about it so far. Which ratings count is the rule of
-- rating_counts and superseded, except that exclusion is given and not applied.
-- Called by FollowUps and Outcomes. Grain: a rating. Cost: the bad ratings of the period and the keys that
-- collided. Exact repeats of a row are told by its key instead of with FINAL.
WITH
{{rating_losers}},
    bad AS
    (
        SELECT event_day, id, content_hash, rated_at, region_raw, region, hall, window, department, item, channel
        FROM bad_ratings
        WHERE event_day BETWEEN {from:Date} AND {to:Date}
            AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM losers)
        LIMIT 1 BY event_day, id, content_hash
    )
SELECT bad.event_day, bad.rated_at, bad.region_raw, bad.region, bad.hall, bad.window, bad.department, bad.item, bad.channel,
    done.excluded, done.dismissed, done.contacted_at, done.rectified_at, done.called_back, done.answered, done.is_satisfied
FROM bad
LEFT JOIN
(
{{review_state}}
) AS done ON bad.id = done.rating_id
