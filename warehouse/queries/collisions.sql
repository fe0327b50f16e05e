-- The keys of one batch that more than one rating shares, with the days of those ratings and
-- when the newest of them arrived. Runs after the batch's keys are stored: of two collectors,
-- the later one sees both.
-- Called by InsertRatings. Cost: a point look-up of the batch's keys.
SELECT key, assess, groupUniqArray(event_day) AS days, max(received_at) AS last_at
FROM rating_keys
WHERE key IN (SELECT key FROM batch_keys)
GROUP BY key, assess
HAVING uniqExact(id, content_hash, event_day) > 1
