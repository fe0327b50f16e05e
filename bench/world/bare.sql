-- The bare query: counts by level over the rows of a year, as one would write it by hand, without asking which rows are
-- repeats or to whom a code belongs. Called by the measurement of a year. Cost: the columns named, of all rows.
SELECT event_day, region, department, countIf(answer = 'active' AND level = 1), countIf(answer = 'active' AND level = 2),
    countIf(answer = 'active' AND level = 3), countIf(answer = 'active' AND level = 4), countIf(answer = 'active' AND level = 5),
    countIf(answer = 'default'), countIf(answer = 'unanswered')
FROM ratings
WHERE event_day BETWEEN {from:Date} AND {to:Date}
GROUP BY event_day, region, department
FORMAT Null
