-- The whole audit record in the order in which it is verified. Called by EachAudit; a scan of the record in its order.
SELECT writer, sequence, at, who, action, object, address, previous, hash
FROM audit
ORDER BY writer, sequence, stored_at
