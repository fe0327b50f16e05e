-- Ratings that count and arrived long after their day. Part of desk.sql.
-- Cost: the granules that hold something received in the window, by the index received_between.
SELECT received_at, reinterpretAsUUID(sipHash128(id, content_hash, event_day)) AS id, 'late' AS why,
    'rating' AS kind, r.id AS record_id, '' AS case_id, toUInt64(0) AS version, source, sender, collector, batch_id,
    ['late'] AS codes, [if(toUnixTimestamp64Milli(served_at) > 0, 'served_at', 'rated_at')] AS fields, toUInt32(0) AS size, false AS holds
FROM ratings AS r
WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
    AND NOT test AND NOT probe
    AND received_at > toDateTime64(event_day + 1, 3, {zone:String}) + toIntervalSecond({late:Int64})
    AND (r.id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM ({{losers}}))
