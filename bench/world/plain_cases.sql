-- The times: cases on time and percentiles of their handling by city. Called by World.PlainOverview. Cost: all rows of cases,
-- which are kept by case and not by day.
SELECT substring(region, 1, 4) AS city, count(), countIf(finished_at <= promised_at), quantiles(0.5, 0.75, 0.9, 0.95)(handling_seconds)
FROM cases FINAL
WHERE finished_day BETWEEN {from:Date} AND {to:Date} AND status = 'finished'
GROUP BY city
FORMAT Null
