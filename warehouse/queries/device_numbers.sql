-- What has arrived of the numbers of one device, for each installation of it, the newest first,
-- with the first of the ranges that are missing.
-- Called by DeviceNumbers. Cost: one device.
WITH arrayFilter(r -> r.2 >= r.1,
    arrayMap((before, n) -> (before + 1, n - 1), arrayConcat([toUInt64(0)], arrayPopBack(arrived)), arrived)) AS gaps
SELECT installation, received, top,
    arrayMap(r -> toUInt64(r.1), arraySlice(gaps, 1, 1000)) AS firsts, arrayMap(r -> toUInt64(r.2), arraySlice(gaps, 1, 1000)) AS lasts,
    since, newest
FROM
(
    SELECT installation, groupBitmapMerge(numbers) AS received, arraySort(bitmapToArray(groupBitmapMergeState(numbers))) AS arrived,
        max(highest) AS top, min(first_at) AS since, max(last_at) AS newest
    FROM device_numbers
    WHERE device_id = {device:String}
    GROUP BY installation
)
WHERE top > 0
ORDER BY newest DESC, installation
LIMIT 100
