-- The hours of the day. Called by World.PlainOverview. Cost: the period's rows of ratings.
SELECT toHour(rated_at, 'Asia/Shanghai') AS hour, channel, count(), countIf(level <= 2)
FROM ratings FINAL
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND answer = 'active' AND assess_number = 1
GROUP BY hour, channel
FORMAT Null
