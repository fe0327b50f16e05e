-- The entry of the audit record that was stored last: what a new part of the record begins behind.
-- Called by LastAudit, once a process; a scan of one column.
SELECT writer, sequence, at, who, action, object, address, previous, hash
FROM audit
ORDER BY stored_at DESC, writer DESC, sequence DESC
LIMIT 1
