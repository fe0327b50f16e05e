-- The first month with records that is not summed yet, and 0 if there is none: from it on, facts
-- are read from their days. Called by Facts. Cost: one row for each day that ever held a record.
SELECT min(month), count()
FROM (SELECT DISTINCT toStartOfMonth(day) AS month FROM day_marks)
WHERE month NOT IN (SELECT day FROM day_done WHERE scope = 'month')
