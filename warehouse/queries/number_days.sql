-- Between which numbers the ratings of each day lie, of some devices. Called by DeviceGaps.
-- Grain: device x installation x day. Cost: reads four columns of the ratings of the period.
SELECT device_id, installation, event_day, min(device_seq), max(device_seq)
FROM ratings
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND device_id IN {devices:Array(String)} AND device_seq > 0 AND sender = device_id
GROUP BY device_id, installation, event_day
ORDER BY device_id, installation, event_day
