-- What was done about the ratings of a unit, step by step: where rectification, call-backs and exclusions stand on. Who did
-- it and what was noted stays out. Called by Steps of Evidence, and within evidence_counts. Grain: a step.
-- Cost: as evidence_ratings, and the steps of its ratings.
SELECT 'step' AS reason, rating_id, step, at, satisfied, received_at
FROM follow_ups FINAL
WHERE rating_id IN (SELECT id FROM ({{ratings}}) WHERE reason NOT IN ('other_unit', 'out_of_period'))
ORDER BY rating_id, at, id
