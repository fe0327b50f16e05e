-- Ends a restatement: readers drop what they had cached. data_time is the newest hour in which
-- something is counted; records counts every answer once.
-- Called by Restate. Cost: the root rows of day_region.
INSERT INTO generations (number, at, days, data_time, records)
SELECT
    (SELECT max(number) FROM generations) + 1, now64(3), {days:UInt32},
    (SELECT max(last) FROM day_marks WHERE day IN (
        SELECT max(day) FROM day_region WHERE depth <= 1 AND (level_5 + level_4 + level_3 + level_2 + level_1 + finished) > 0)),
    (SELECT sum(level_1 + level_2 + level_3 + level_4 + level_5 + default_1 + default_2 + default_3 + default_4 + default_5
        + reassessed_1 + reassessed_2 + reassessed_3 + reassessed_4 + reassessed_5 + unanswered + declined + excluded)
     FROM day_region WHERE depth <= 1)
