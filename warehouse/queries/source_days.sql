-- What came from each source on each day. Called by SourceArrivals. Cost: the days.
SELECT day, source, kind, received, last_at
FROM source_days FINAL
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day, source, kind
