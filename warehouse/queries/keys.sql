-- Every key with the windows of its device, oldest first. Read by collectors when
-- key_state.sql has changed; a scan of all keys.
SELECT k.kind, k.name, k.hash, k.sources, k.device, k.hall, k.created_at, k.valid_until, k.revoked_at, w.days, w.names
FROM sender_keys AS k FINAL
LEFT JOIN (
    SELECT hash, groupArray(from_day) AS days, groupArray(window) AS names
    FROM (SELECT hash, from_day, window FROM key_windows FINAL ORDER BY hash, from_day)
    GROUP BY hash
) AS w ON w.hash = k.hash
ORDER BY k.kind, k.name, k.created_at, k.hash
