-- +goose NO TRANSACTION
-- Bad first ratings once more, for themselves: of the ratings of a year they are one in a thousand, and are asked for
-- by every reader of an overview or of a list of reviews.

-- +goose Up
CREATE TABLE IF NOT EXISTS bad_ratings
(
    event_day    Date,
    id           UUID,
    content_hash UInt64,
    rated_at     DateTime64(3, 'UTC'),
    region_raw   LowCardinality(String),
    region       LowCardinality(String),
    hall         LowCardinality(String),
    window       LowCardinality(String),
    department   LowCardinality(String),
    item         String,
    channel      LowCardinality(String),
    source       LowCardinality(String),
    case_id      String,
    level        UInt8,
    tags         Array(LowCardinality(String)),
    comment      String
)
ENGINE = ReplacingMergeTree
ORDER BY (event_day, id, content_hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

INSERT INTO bad_ratings (event_day, id, content_hash, rated_at, region_raw, region, hall, window, department, item, channel, source,
    case_id, level, tags, comment)
SELECT event_day, id, content_hash, rated_at, region_raw, region, hall, window, department, item, channel, source, case_id, level, tags, comment
FROM ratings
WHERE answer = 'active' AND assess_number = 1 AND level IN (1, 2) AND NOT test AND NOT probe;
