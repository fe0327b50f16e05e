-- Where some devices stood last, and on which days their ratings behind the first missing number lie. Called by
-- DevicePlaces, with at most 1,000 devices. Grain: device. Cost: reads six columns of the ratings of the period.
SELECT device_id, argMax(hall, (rated_at, id)), argMax(window, (rated_at, id)),
    minIf(event_day, device_seq > transform(device_id, {devices:Array(String)}, {contiguous:Array(UInt64)}, toUInt64(0))),
    countIf(device_seq > transform(device_id, {devices:Array(String)}, {contiguous:Array(UInt64)}, toUInt64(0))),
    max(event_day)
FROM ratings
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND device_id IN {devices:Array(String)} AND NOT test AND NOT probe
GROUP BY device_id
ORDER BY device_id
