-- Days whose marks grew since their last restatement, newest first, with the count seen now.
-- Called by Dirty. Cost: one row for each day that ever held a record.
SELECT m.day, CAST(m.part, 'String') AS part, m.marks, d.seen
FROM (SELECT day, part, sum(marks) AS marks FROM day_marks GROUP BY day, part) AS m
LEFT JOIN (SELECT day, part, max(seen) AS seen FROM day_done WHERE scope = 'day' GROUP BY day, part) AS d
    ON m.day = d.day AND m.part = d.part
WHERE m.marks > d.seen
ORDER BY m.day DESC, m.part
