-- One page of the desk within a window of time, the newest first, without what is only kept of
-- refused records. Its branches are the other desk_*.sql files, those that the filter needs.
-- Called by Desk. Cost: what came in the window; Desk begins with a day and widens it.
SELECT received_at, id, why, kind, record_id, case_id, version, source, sender, collector, batch_id, codes, fields, size, holds
FROM ({{branches}})
WHERE ({kind:String} = '' OR kind = {kind:String})
    AND ({source:String} = '' OR source = {source:String})
    AND ({sender:String} = '' OR sender = {sender:String})
    AND ({batch:String} = '' OR batch_id = {batch:String})
    AND ({code:String} = '' OR has(codes, {code:String}))
    AND ({field:String} = '' OR has(fields, {field:String}))
    AND (empty({why:Array(String)}) OR has({why:Array(String)}, why))
    AND (NOT {replayable:Bool} OR (holds AND id NOT IN (SELECT id FROM refused_replayed)))
    AND ({state:String} = '' OR {state:String} = 'held' AND holds AND id NOT IN (SELECT id FROM refused_replayed)
        OR {state:String} = 'replayed' AND id IN (SELECT id FROM refused_replayed)
        OR {state:String} = 'resend' AND NOT holds AND id NOT IN (SELECT id FROM refused_replayed))
    AND (empty({ids:Array(UUID)}) OR has({ids:Array(UUID)}, id))
    AND (NOT {paged:Bool} OR (received_at, id) < ({after_at:DateTime64(3, 'UTC')}, {after_id:UUID}))
ORDER BY received_at DESC, id DESC
LIMIT 1 BY id
LIMIT {limit:UInt32}
