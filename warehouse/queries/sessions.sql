-- Sessions that have not been ended and expire after a time.
-- Grain: one row a session. Called by Sessions when access_state.sql has changed; a scan of the sessions ever begun.
SELECT token, account, method, address, created_at, seen_at, expires_at
FROM sessions FINAL
WHERE expires_at > fromUnixTimestamp64Milli({after:Int64}) AND ended_at >= toDateTime64('2200-01-01 00:00:00', 3, 'UTC')
ORDER BY account, token
