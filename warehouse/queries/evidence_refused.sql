-- Records that devices of a unit's halls sent in a period and that were not accepted, or not at first.
-- Called by Refused of Evidence, and within evidence_counts. Grain: a record refused. Cost: what was refused in the period.
SELECT 'refused' AS reason, if(record_id != toUUID('00000000-0000-0000-0000-000000000000'), record_id, id) AS record, kind, source, device_id,
    received_at, CAST(codes, 'Array(String)') AS why, CAST(id IN (SELECT id FROM refused_replayed), 'Bool') AS replayed
FROM refused
WHERE toDate(received_at, {zone:String}) BETWEEN {from:Date} AND {to:Date}
    AND received_at >= toDateTime64({from:Date} - 1, 3, 'UTC') AND received_at < toDateTime64({to:Date} + 2, 3, 'UTC')
    AND device_id != '' AND sender = device_id AND device_id IN
    (
        SELECT device_id FROM device_days
        WHERE day BETWEEN {from:Date} AND {to:Date} AND hall IN {device_halls:Array(String)} AND ({device_window:String} = '' OR window = {device_window:String})
    )
ORDER BY received_at, id
LIMIT 1 BY id
