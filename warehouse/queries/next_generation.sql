-- Ends a restatement: readers drop what they had cached. data_time is the time of the newest
-- record on the newest day that counts anything; records counts every answer once.
-- Called by Restate. Cost: the root rows of day_region.
INSERT INTO generations (number, at, days, data_time, records)
WITH (SELECT max(day) FROM day_region WHERE depth <= 1) AS newest
SELECT
    (SELECT max(number) FROM generations) + 1, now64(3), {days:UInt32},
    (SELECT max(last) FROM day_marks WHERE day = newest),
    (SELECT sum(level_1 + level_2 + level_3 + level_4 + level_5 + default_1 + default_2 + default_3 + default_4 + default_5
        + reassessed_1 + reassessed_2 + reassessed_3 + reassessed_4 + reassessed_5 + unanswered + declined + excluded)
     FROM day_region WHERE depth <= 1)
