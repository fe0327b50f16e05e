-- Days whose marks grew since their last restatement, newest first, with the count seen now and
-- the number of (day, part) of that month that were ever marked.
-- Called by Restate. Cost: one row for each day that ever held a record.
SELECT day, part, marks, marked
FROM
(
    SELECT day, CAST(part, 'String') AS part, sum(marks) AS marks,
        count() OVER (PARTITION BY toStartOfMonth(day)) AS marked
    FROM day_marks
    GROUP BY day, part
) AS m
LEFT JOIN (
    SELECT day, CAST(part, 'String') AS part, max(seen) AS seen FROM day_done WHERE scope = 'day' GROUP BY day, part
) AS d USING (day, part)
WHERE marks > seen
ORDER BY day DESC, part
