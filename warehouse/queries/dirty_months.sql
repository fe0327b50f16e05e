-- Months whose marks grew since their last restatement in that scope, newest first.
-- Called by RestateItems. Cost as dirty_days.
SELECT day, part, marks, marked
FROM
(
    SELECT toStartOfMonth(day) AS day, CAST(part, 'String') AS part, sum(marks) AS marks, count() AS marked
    FROM day_marks
    GROUP BY day, part
) AS m
LEFT JOIN (
    SELECT day, CAST(part, 'String') AS part, max(seen) AS seen FROM day_done WHERE scope = {scope:String} GROUP BY day, part
) AS d USING (day, part)
WHERE marks > seen
ORDER BY day DESC, part
