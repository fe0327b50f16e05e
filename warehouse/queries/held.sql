-- Records that are held for a code map and were not replayed yet, the newest first.
-- Called by Held. Cost: refused records of the period.
SELECT received_at, id, kind, source, sender, fields, codes, reasons, redacted, size,
    collector, record_id, batch_id, device_id, installation, device_seq, held
FROM refused
WHERE (received_at, id) IN
(
    SELECT received_at, id
    FROM refused
    WHERE holds
        AND received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
        AND ({kind:String} = '' OR kind = {kind:String})
        AND ({source:String} = '' OR source = {source:String})
        AND ({sender:String} = '' OR sender = {sender:String})
        AND ({batch:String} = '' OR batch_id = {batch:String})
        AND ({code:String} = '' OR has(codes, {code:String}))
        AND ({field:String} = '' OR has(fields, {field:String}))
        AND (empty({why:Array(String)}) OR has({why:Array(String)}, 'refused'))
        AND (empty({ids:Array(UUID)}) OR has({ids:Array(UUID)}, id))
        AND (NOT {paged:Bool} OR (received_at, id) < ({after_at:DateTime64(3, 'UTC')}, {after_id:UUID}))
        AND id NOT IN (SELECT id FROM refused_replayed)
    ORDER BY received_at DESC, id DESC
    LIMIT 1 BY id
    LIMIT {limit:UInt32}
)
ORDER BY received_at DESC, id DESC
LIMIT 1 BY id
