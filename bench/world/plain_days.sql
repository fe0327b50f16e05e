-- The trend: ratings and bad ones by day. Called by World.PlainOverview. Cost: the period's rows of ratings.
SELECT event_day, countIf(answer = 'active'), countIf(answer = 'active' AND level <= 2), countIf(level = 3), countIf(level = 4), countIf(level = 5)
FROM ratings FINAL
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND assess_number = 1
GROUP BY event_day
ORDER BY event_day
FORMAT Null
