-- Every stored step in the handling of a rating, without its note. Called by Stored.
-- Grain: one row a step and content. Cost: reads these columns of all steps with FINAL.
SELECT rating_id, id, content_hash, step, by, at
FROM follow_ups FINAL
