-- Months one of whose days was restated since the month was last summed, newest first, with
-- the marks that its days have counted. A mark that its day has not counted yet does not count
-- here: the sum of the days would not hold its records.
-- Called for closed months. Cost as dirty_days.
SELECT day, part, marks, marked
FROM
(
    SELECT toStartOfMonth(day) AS day, part, sum(seen) AS marks, count() AS marked
    FROM (SELECT day, CAST(part, 'String') AS part, max(seen) AS seen FROM day_done WHERE scope = 'day' GROUP BY day, part)
    GROUP BY day, part
) AS m
LEFT JOIN (
    SELECT day, CAST(part, 'String') AS part, max(seen) AS seen FROM day_done WHERE scope = 'month' GROUP BY day, part
) AS d USING (day, part)
WHERE marks > seen
ORDER BY day DESC, part
