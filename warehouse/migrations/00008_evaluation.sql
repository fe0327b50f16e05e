-- +goose NO TRANSACTION
-- What evaluations rest on besides facts.

-- +goose Up
-- Evaluation schemes that were added, as their authors wrote them. What an id and version mean never changes: of
-- several rows with the same both, the earliest counts (then the smaller hash).
CREATE TABLE IF NOT EXISTS schemes
(
    id       LowCardinality(String),
    version  String,
    text     String CODEC(ZSTD),
    hash     FixedString(32),
    added_at DateTime64(3, 'UTC'),
    added_by String
)
ENGINE = MergeTree ORDER BY (id, version, added_at, hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Indicators from outside. Every version of a value stays; the newest counts.
CREATE TABLE IF NOT EXISTS imported_values
(
    indicator   String,
    unit        String, -- as written
    as_of       Date32,
    version     UInt64,
    level       String,
    known       Bool, -- false: reported without a value
    value       Float64,
    se          Float64,
    n           UInt64,
    source      String,
    note        String,
    attachment  String, -- SHA-256, hexadecimal
    place       UInt32,
    imported_by String,
    imported_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (indicator, unit, as_of, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- +goose Down
SELECT 'forward only';
