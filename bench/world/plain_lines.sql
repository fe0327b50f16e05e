-- The heat map: bad ratings by city and line of departments. Called by World.PlainOverview. Cost: the period's rows of ratings,
-- joined with the departments.
SELECT substring(region, 1, 4) AS city, line, countIf(answer = 'active'), countIf(answer = 'active' AND level <= 2)
FROM ratings FINAL
LEFT ANY JOIN (SELECT code, line FROM departments FINAL) AS d ON department = d.code
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND assess_number = 1
GROUP BY city, line
FORMAT Null
