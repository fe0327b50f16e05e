-- The days on which a key of this batch collided; they become dirty.
-- Called by InsertRatings after collisions.
SELECT DISTINCT event_day FROM rating_collisions
WHERE key IN (SELECT key FROM batch_keys)
