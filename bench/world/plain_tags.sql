-- The reasons: tags by level and channel. Called by World.PlainOverview. Cost: the period's rows of ratings.
SELECT arrayJoin(tags) AS tag, channel, count()
FROM ratings FINAL
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND answer = 'active' AND assess_number = 1
GROUP BY tag, channel
FORMAT Null
