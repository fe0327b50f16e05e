-- The days on which a batch may change what counts: those of every rating that shares a key
-- with it, and those of the service events that another content under one of its ids names,
-- because that content may now lose, and the event then has another winner.
-- Called by InsertRatings after collisions. Cost: two reads of the collisions, and a point
-- look-up of the ids among them.
SELECT DISTINCT event_day
FROM rating_collisions
WHERE key IN (SELECT key FROM batch_keys)
   OR key IN
(
    SELECT event_key FROM rating_keys
    WHERE assess = 0
        AND key IN (SELECT key FROM rating_collisions WHERE assess = 0 AND key IN (SELECT key FROM batch_keys))
)
