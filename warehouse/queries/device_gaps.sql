-- The newest ranges of numbers that never arrived, of some devices, at most 20 of each installation.
-- Called by DeviceGaps. Grain: device x installation x range. Cost: the numbers of these devices.
SELECT device_id, installation, range.1 AS first, range.2 AS last
FROM
(
    SELECT device_id, installation, arraySort(bitmapToArray(groupBitmapMergeState(numbers))) AS arrived,
        arraySlice(arrayFilter(r -> r.2 >= r.1,
            arrayMap((before, n) -> (toUInt64(before + 1), toUInt64(n - 1)), arrayConcat([toUInt64(0)], arrayPopBack(arrived)), arrived)), -20) AS gaps
    FROM device_numbers
    WHERE device_id IN {devices:Array(String)}
    GROUP BY device_id, installation
)
ARRAY JOIN gaps AS range
ORDER BY device_id, installation, first DESC
