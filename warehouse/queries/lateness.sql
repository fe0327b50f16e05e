-- How long after their day the ratings of a period arrived. Called by Lateness. Grain: source.
-- Cost: reads five columns of the ratings of the period.
SELECT source, count(),
    countIf(received_at >= toDateTime64(event_day + 2, 3, {zone:String})),
    countIf(received_at >= toDateTime64(event_day + 8, 3, {zone:String})),
    max(received_at)
FROM ratings
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND NOT test AND NOT probe
GROUP BY source
ORDER BY source
