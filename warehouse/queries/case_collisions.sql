-- The versions of a batch's cases that came with more than one content. Runs after the batch's
-- versions are stored: of two collectors, the later one sees both.
-- Called by InsertCases. Cost: a point look-up of the batch's cases.
INSERT INTO case_collision_times (last_at, source, case_id, version)
SELECT max(received_at) AS last_at, source, case_id, version
FROM case_versions
WHERE (source, case_id) IN (SELECT source, case_id FROM batch_cases)
GROUP BY source, case_id, version
HAVING uniqExact(content_hash) > 1
