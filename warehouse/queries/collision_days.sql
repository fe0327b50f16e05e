-- The days on which a batch may change what counts: those of every rating that shares a key
-- with it, and those of the service events that another content under one of its ids names,
-- because that content may now lose, and the event then has another winner.
-- Called by InsertRatings after collisions. Cost: point look-ups of the batch's keys.
SELECT DISTINCT event_day
FROM rating_keys
WHERE key IN (SELECT key FROM batch_keys)
   OR key IN
(
    SELECT arrayJoin(events)
    FROM
    (
        SELECT groupUniqArray(event_key) AS events
        FROM rating_keys
        WHERE assess = 0 AND key IN (SELECT key FROM batch_keys)
        GROUP BY key
        HAVING uniqExact(content_hash, event_day) > 1
    )
)
