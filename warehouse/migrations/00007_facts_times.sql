-- +goose NO TRANSACTION
-- Promised, statutory and working times of cases, the squares of visits, and what each source sent of a day.
-- Histograms have the buckets of evaluation.Histogram. Every stored day is restated once afterwards.

-- +goose Up
-- Working seconds of the calendar before each day, and whether the day itself is a working day. Only days of years
-- that the calendar knows have rows; within the years that follow one another without a gap the seconds add up.
CREATE TABLE IF NOT EXISTS working_time
(
    day     Date,
    working Bool,
    before  UInt64, -- office-hour seconds of all known days before this one
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY day
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Day x source: the answers of first ratings, without tallies, and ratings of events that another rating stands for.
CREATE TABLE IF NOT EXISTS day_source
(
    day        Date,
    source     LowCardinality(String),
    level_1    UInt64,
    level_2    UInt64,
    level_3    UInt64,
    level_4    UInt64,
    level_5    UInt64,
    default_1  UInt64,
    default_2  UInt64,
    default_3  UInt64,
    default_4  UInt64,
    default_5  UInt64,
    unanswered UInt64,
    declined   UInt64,
    superseded UInt64
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY source;

CREATE TABLE IF NOT EXISTS stage_day_source AS day_source;

ALTER TABLE stage_base
    ADD COLUMN IF NOT EXISTS source LowCardinality(String),
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE day_department
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE stage_day_department
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE day_window
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE stage_day_window
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE day_region
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE stage_day_region
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE month_department
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE stage_month_department
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE month_window
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE stage_month_window
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE month_region
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE stage_month_region
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE month_item
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

ALTER TABLE stage_month_item
    ADD COLUMN IF NOT EXISTS visits_squared UInt64,
    ADD COLUMN IF NOT EXISTS promised_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS statutory_times Map(UInt16, UInt64),
    ADD COLUMN IF NOT EXISTS worked UInt64,
    ADD COLUMN IF NOT EXISTS working_seconds UInt64,
    ADD COLUMN IF NOT EXISTS working Map(UInt16, UInt64);

INSERT INTO day_marks (day, part, reason, marks, last)
SELECT DISTINCT day, part, 'migration', 1, toDateTime64(0, 3, 'UTC') FROM day_marks;

-- +goose Down
SELECT 'forward only';
