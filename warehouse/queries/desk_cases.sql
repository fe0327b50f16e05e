-- Contents of a version of a case that do not count, because the version has another one (the
-- highest content hash counts). Part of desk.sql.
SELECT received_at, reinterpretAsUUID(sipHash128(source, case_id, version, content_hash)) AS id, 'conflict' AS why,
    'case' AS kind, toUUID('00000000-0000-0000-0000-000000000000') AS record_id, case_id, version, source, sender, collector, batch_id,
    ['conflict'] AS codes, ['version'] AS fields, toUInt32(0) AS size, false AS holds
FROM
(
    SELECT received_at, source, case_id, version, content_hash, sender, collector, batch_id
    FROM case_versions FINAL
    WHERE (source, case_id, version) IN
        (SELECT source, case_id, version FROM case_collision_times WHERE last_at >= {from:DateTime64(3, 'UTC')})
    QUALIFY row_number() OVER (PARTITION BY source, case_id, version ORDER BY content_hash DESC) > 1
)
WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
