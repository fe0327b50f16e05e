-- What was done about one rating, in the order of time. Called by Review. Cost: the steps of the rating.
SELECT id, step, satisfied, by, at, note
FROM follow_ups
WHERE rating_id = {id:UUID}
ORDER BY at, id, content_hash
LIMIT 1 BY id, content_hash
LIMIT 1000
