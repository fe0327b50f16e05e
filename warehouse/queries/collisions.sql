-- The keys of one batch that another rating shares, once for each day involved. Runs after the
-- batch's keys are stored: of two collectors, the later one sees both.
-- Called by InsertRatings. Cost: a point look-up of the batch's keys.
INSERT INTO rating_collisions (event_day, assess, key)
SELECT DISTINCT event_day, assess, key
FROM rating_keys
WHERE (key, assess) IN
(
    SELECT key, assess
    FROM rating_keys
    WHERE key IN (SELECT key FROM batch_keys)
    GROUP BY key, assess
    HAVING uniqExact(id, content_hash, event_day) > 1
)
