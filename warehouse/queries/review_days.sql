-- The days on which a rating lies; more than one if two contents came under its id. Called by Review. Cost: one key.
SELECT DISTINCT event_day FROM rating_keys WHERE key = {id:UUID} AND assess = 0 ORDER BY event_day LIMIT 10
