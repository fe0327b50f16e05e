-- The days on which any stored version of these cases counts; a new version makes them dirty.
-- Called by InsertCases after the insert. Cost: a point look-up of the batch's cases.
SELECT DISTINCT arrayJoin([accepted_day, finished_day]) AS day
FROM cases
WHERE (source, case_id) IN (SELECT source, case_id FROM batch_cases)
HAVING day != toDate(0)
