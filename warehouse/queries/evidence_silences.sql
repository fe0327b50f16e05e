-- The days of a period on which nothing came from the devices of a unit's halls, each run of days as one row.
-- Called by Gaps of Evidence. Grain: a run of days. Cost: device_days of the period.
SELECT device_id, any(hall) AS at_hall, any(window) AS at_window, min(day) AS first, max(day) AS last
FROM
(
    SELECT day, device_id, hall, window, toUInt16(day) - row_number() OVER (PARTITION BY device_id, hall, window ORDER BY day) AS run
    FROM device_days FINAL
    WHERE day BETWEEN {from:Date} AND {to:Date} AND received = 0
        AND hall IN {device_halls:Array(String)} AND ({device_window:String} = '' OR window = {device_window:String})
)
GROUP BY device_id, hall, window, run
ORDER BY device_id, first
