-- The times of one case. Called by Review. Cost: one key.
SELECT status, accepted_at, promised_at, statutory_at, finished_at, suspended_seconds, handling_seconds, visits
FROM cases FINAL
WHERE source = {source:String} AND case_id = {case:String} AND NOT test
