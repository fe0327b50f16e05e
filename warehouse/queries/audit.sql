-- Entries of the audit record that fit a filter, the newest first. An end of 0 is none.
-- Grain: one row an entry. Called by Audit; a scan of the record.
SELECT writer, sequence, at, who, action, object, address, previous, hash
FROM audit
WHERE at >= fromUnixTimestamp64Milli({from:Int64}) AND ({to:Int64} = 0 OR at < fromUnixTimestamp64Milli({to:Int64}))
    AND ({who:String} = '' OR who = {who:String}) AND ({action:String} = '' OR action = {action:String})
ORDER BY at DESC, writer DESC, sequence DESC
LIMIT {limit:UInt32}
