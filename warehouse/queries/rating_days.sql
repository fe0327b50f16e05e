-- The days of the ratings that these follow-ups exclude or bring back.
-- Called by InsertFollowUps. Cost: a point look-up.
SELECT DISTINCT event_day FROM rating_keys
WHERE assess = 0 AND key IN {ratings:Array(UUID)}
