-- What the doors refused and what the warehouse would not take. Part of desk.sql.
SELECT received_at, id, multiIf(has(codes, 'quarantined'), 'quarantined', has(codes, 'conflict'), 'conflict', 'refused') AS why,
    kind, record_id, '' AS case_id, toUInt64(0) AS version, source, sender, collector, batch_id,
    CAST(codes, 'Array(String)') AS codes, CAST(fields, 'Array(String)') AS fields, size, holds
FROM refused
WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
