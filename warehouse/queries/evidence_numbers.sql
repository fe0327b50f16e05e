-- The ranges of numbers that never came from the devices of a unit's halls, the first thousand of each installation.
-- Called by Gaps of Evidence. Grain: a range. Cost: the numbers of these devices.
SELECT device_id, at_hall, at_window, installation, toUInt64(gap.1) AS first, toUInt64(gap.2) AS last
FROM
(
    SELECT device_id, installation, arrayJoin(arraySlice(gaps, 1, 1000)) AS gap
    FROM
    (
        SELECT device_id, installation, arrayFilter(r -> r.2 >= r.1, arrayMap((before, n) -> (before + 1, n - 1),
            arrayPushFront(arrayPopBack(arrived), toUInt64(0)), arrived)) AS gaps
        FROM
        (
            SELECT device_id, installation, arraySort(bitmapToArray(groupBitmapMergeState(numbers))) AS arrived, max(highest) AS top
            FROM device_numbers
            WHERE device_id IN
            (
                SELECT device_id FROM device_days
                WHERE day BETWEEN {from:Date} AND {to:Date} AND hall IN {device_halls:Array(String)}
                    AND ({device_window:String} = '' OR window = {device_window:String})
            )
            GROUP BY device_id, installation
        )
        WHERE top > 0
    )
) AS numbered
LEFT ANY JOIN
(
    SELECT device_id AS device, argMax(hall, day) AS at_hall, argMax(window, day) AS at_window FROM device_days
    WHERE day BETWEEN {from:Date} AND {to:Date} AND hall IN {device_halls:Array(String)}
    GROUP BY device_id
) AS stood ON numbered.device_id = stood.device
ORDER BY device_id, installation, first
