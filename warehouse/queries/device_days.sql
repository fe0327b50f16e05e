-- What is stored of days and devices. Called by StoreArrivals and DeviceDays. Cost: the days.
SELECT day, device_id, hall, window, received, last_at, missing, silent
FROM device_days FINAL
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day, device_id
