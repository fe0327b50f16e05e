-- The list of regions: ratings, bad ones and their share by city. Called by World.PlainOverview. Cost: the period's rows of
-- ratings.
SELECT substring(region, 1, 4) AS city, countIf(answer = 'active'), countIf(answer = 'active' AND level <= 2), uniqExact(event_key), avgIf(level, answer = 'active')
FROM ratings FINAL
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND assess_number = 1
GROUP BY city
FORMAT Null
