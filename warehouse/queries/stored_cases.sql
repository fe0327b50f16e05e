-- The newest version of every stored case. Called by Stored.
-- Grain: one row a case. Cost: reads these columns of all cases with FINAL.
SELECT source, case_id, version, content_hash, status, department, staff,
    accepted_day, finished_day, finished_at, visits, test
FROM cases FINAL
