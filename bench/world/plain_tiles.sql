-- The tiles: counts by answer and level of a period. Called by World.PlainOverview. Cost: the period's rows of ratings.
SELECT countIf(answer = 'active'), countIf(answer = 'active' AND level <= 2), countIf(answer = 'default'), countIf(answer = 'unanswered'),
    uniqExact(event_key), uniqExactIf(event_key, answer = 'active')
FROM ratings FINAL
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND assess_number = 1
FORMAT Null
