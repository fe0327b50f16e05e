-- +goose NO TRANSACTION
-- Facts: restatable counts. Every row of a table has the same columns; a row of part 'rating' has
-- zeros in the columns of cases and the other way round, so that either part of a day can be
-- restated without the other and a reader just sums. The order of columns is held by
-- warehouse/columns.go.

-- +goose Up
-- Day x leaf region x department; '' stands for unattributed (待归属).
CREATE TABLE IF NOT EXISTS day_department
(
    day               Date,
    part              Enum8('rating' = 1, 'case' = 2),
    region            LowCardinality(String),
    department        LowCardinality(String),
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (region, department);

CREATE TABLE IF NOT EXISTS stage_day_department AS day_department;

-- Day x hall x window; only records that name a hall.
CREATE TABLE IF NOT EXISTS day_window
(
    day               Date,
    part              Enum8('rating' = 1, 'case' = 2),
    hall              LowCardinality(String),
    window            LowCardinality(String),
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (hall, window);

CREATE TABLE IF NOT EXISTS stage_day_window AS day_window;

-- Day x node of the upper three levels x line of departments. parent and depth (1 = root,
-- 0 = unattributed) are those of the directory at the time of the restatement.
CREATE TABLE IF NOT EXISTS day_region
(
    day               Date,
    part              Enum8('rating' = 1, 'case' = 2),
    region            LowCardinality(String),
    line              LowCardinality(String),
    parent            LowCardinality(String),
    depth             UInt8,
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (region, line);

CREATE TABLE IF NOT EXISTS stage_day_region AS day_region;

-- Month x leaf region x department: sums of day_department.
CREATE TABLE IF NOT EXISTS month_department
(
    month             Date,
    part              Enum8('rating' = 1, 'case' = 2),
    region            LowCardinality(String),
    department        LowCardinality(String),
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
PARTITION BY month
ORDER BY (region, department);

CREATE TABLE IF NOT EXISTS stage_month_department AS month_department;

-- Month x hall x window: sums of day_window.
CREATE TABLE IF NOT EXISTS month_window
(
    month             Date,
    part              Enum8('rating' = 1, 'case' = 2),
    hall              LowCardinality(String),
    window            LowCardinality(String),
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
PARTITION BY month
ORDER BY (hall, window);

CREATE TABLE IF NOT EXISTS stage_month_window AS month_window;

-- Month x node of the upper three levels x line: sums of day_region.
CREATE TABLE IF NOT EXISTS month_region
(
    month             Date,
    part              Enum8('rating' = 1, 'case' = 2),
    region            LowCardinality(String),
    line              LowCardinality(String),
    parent            LowCardinality(String),
    depth             UInt8,
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
PARTITION BY month
ORDER BY (region, line);

CREATE TABLE IF NOT EXISTS stage_month_region AS month_region;

-- Month x item x department, from the raw records.
CREATE TABLE IF NOT EXISTS month_item
(
    month             Date,
    part              Enum8('rating' = 1, 'case' = 2),
    item              String,
    department        LowCardinality(String),
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
PARTITION BY month
ORDER BY (item, department);

CREATE TABLE IF NOT EXISTS stage_month_item AS month_item;

-- One restatement's counts at the finest grain, attributed; emptied before each.
CREATE TABLE IF NOT EXISTS stage_base
(
    day               Date,
    part              Enum8('rating' = 1, 'case' = 2),
    region            LowCardinality(String),
    hall              LowCardinality(String),
    window            LowCardinality(String),
    department        LowCardinality(String),
    item              String,
    level_1           UInt64,
    level_2           UInt64,
    level_3           UInt64,
    level_4           UInt64,
    level_5           UInt64,
    default_1         UInt64,
    default_2         UInt64,
    default_3         UInt64,
    default_4         UInt64,
    default_5         UInt64,
    reassessed_1      UInt64,
    reassessed_2      UInt64,
    reassessed_3      UInt64,
    reassessed_4      UInt64,
    reassessed_5      UInt64,
    unanswered        UInt64,
    declined          UInt64,
    events            UInt64,
    rated             UInt64,
    prompted          UInt64,
    excluded          UInt64,
    channel_valid     Map(LowCardinality(String), UInt64),
    channel_bad       Map(LowCardinality(String), UInt64),
    tags              Map(LowCardinality(String), UInt64),
    hours             Map(UInt8, UInt64),
    accepted          UInt64,
    finished          UInt64,
    promised          UInt64,
    on_time           UInt64,
    early             UInt64,
    promised_seconds  UInt64,
    statutory_seconds UInt64,
    limited           UInt64,
    handled           UInt64,
    handling_seconds  UInt64,
    handling          Map(UInt16, UInt64),
    visits_known      UInt64,
    visits            UInt64,
    on_the_spot       UInt64,
    filed_online      UInt64
)
ENGINE = MergeTree
ORDER BY (region, department);

-- The ratings of the days under restatement that do not count; emptied before each.
CREATE TABLE IF NOT EXISTS stage_superseded
(
    id           UUID,
    content_hash UInt64,
    event_day    Date,
    assess       UInt8
)
ENGINE = MergeTree ORDER BY id;

-- Which days became dirty, and why: a count that only grows. A day is dirty while the count is
-- higher than the one that its last restatement had seen.
CREATE TABLE IF NOT EXISTS day_marks
(
    day    Date,
    part   Enum8('rating' = 1, 'case' = 2),
    reason LowCardinality(String),
    marks  SimpleAggregateFunction(sum, UInt64),
    last   SimpleAggregateFunction(max, DateTime64(3, 'UTC')) -- newest time in the records behind the marks, the epoch for none
)
ENGINE = AggregatingMergeTree
ORDER BY (day, part, reason)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS day_done
(
    scope LowCardinality(String), -- 'day', 'month' or 'item': which tables were restated
    day   Date,                   -- the day, or the first day of the month
    part  Enum8('rating' = 1, 'case' = 2),
    seen  UInt64
)
ENGINE = ReplacingMergeTree(seen)
ORDER BY (scope, day, part)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS generations
(
    number    UInt64,
    at        DateTime64(3, 'UTC'),
    days      UInt32,
    data_time DateTime64(3, 'UTC'), -- newest rating or closing of a case that is counted
    records   UInt64                -- ratings and answers counted, of every kind
)
ENGINE = MergeTree ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS runs
(
    id          UUID,
    job         LowCardinality(String),
    started_at  DateTime64(3, 'UTC'),
    finished_at DateTime64(3, 'UTC'),
    days        UInt32,
    outcome     LowCardinality(String),
    detail      String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(started_at)
ORDER BY (started_at, id);

-- Frozen evaluations: append only, a revision is a new row.
CREATE TABLE IF NOT EXISTS editions
(
    number       String,
    revision     UInt32,
    period_from  Date,
    period_to    Date,
    scheme       String,
    state        LowCardinality(String),
    generation   UInt64,
    content_hash FixedString(32),
    body         String,
    at           DateTime64(3, 'UTC')
)
ENGINE = MergeTree ORDER BY (number, revision, at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- +goose Down
SELECT 'forward only';
