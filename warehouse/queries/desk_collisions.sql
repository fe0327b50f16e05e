-- Conflicting and superseded ratings. Part of desk.sql.
SELECT received_at, reinterpretAsUUID(sipHash128(id, content_hash, event_day)) AS id, why,
    'rating' AS kind, loser.id AS record_id, '' AS case_id, toUInt64(0) AS version, source, sender, collector, batch_id,
    [why] AS codes, [if(why = 'conflict', 'id', 'case_id')] AS fields, toUInt32(0) AS size, false AS holds
FROM ({{losers}}) AS loser
WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
