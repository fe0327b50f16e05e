-- Ends a restatement: readers drop what they had cached. data_time is the time of the newest
-- record on the newest day that counts anything; records counts every answer once.
-- Called by finish. Cost: the root rows of month_region, and of day_region from the first month
-- that is not summed on.
INSERT INTO generations (number, at, days, data_time, records)
WITH
    (SELECT max(day) FROM day_region) AS newest,
    (
        SELECT ifNull(minOrNull(month), toDate('2149-06-01'))
        FROM (SELECT DISTINCT toStartOfMonth(day) AS month FROM day_marks)
        WHERE month NOT IN (SELECT day FROM day_done WHERE scope = 'month')
    ) AS open
SELECT
    (SELECT max(number) FROM generations) + 1, now64(3), {days:UInt32},
    (SELECT max(last) FROM day_marks WHERE day = newest),
    sum(answers)
FROM
(
    SELECT level_1 + level_2 + level_3 + level_4 + level_5 + default_1 + default_2 + default_3 + default_4 + default_5
        + reassessed_1 + reassessed_2 + reassessed_3 + reassessed_4 + reassessed_5 + unanswered + declined + excluded AS answers
    FROM month_region WHERE depth <= 1 AND month < open
    UNION ALL
    SELECT level_1 + level_2 + level_3 + level_4 + level_5 + default_1 + default_2 + default_3 + default_4 + default_5
        + reassessed_1 + reassessed_2 + reassessed_3 + reassessed_4 + reassessed_5 + unanswered + declined + excluded AS answers
    FROM day_region WHERE depth <= 1 AND day >= open
)
