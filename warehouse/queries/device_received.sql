-- How many different ratings of a day came from each device, under its own key.
-- Called by StoreArrivals. Cost: the ratings of the days, four columns.
SELECT event_day, device_id, uniqExact(id)
FROM ratings
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND device_id != '' AND sender = device_id
GROUP BY event_day, device_id
