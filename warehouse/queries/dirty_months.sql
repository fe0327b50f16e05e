-- Months whose marks grew since their last restatement in that scope.
-- Called by DirtyMonths. Cost as dirty_days.
SELECT m.month, CAST(m.part, 'String') AS part, m.marks, d.seen
FROM (SELECT toStartOfMonth(day) AS month, part, sum(marks) AS marks FROM day_marks GROUP BY month, part) AS m
LEFT JOIN (SELECT day, part, max(seen) AS seen FROM day_done WHERE scope = {scope:String} GROUP BY day, part) AS d
    ON m.month = d.day AND m.part = d.part
WHERE m.marks > d.seen
ORDER BY m.month DESC, m.part
