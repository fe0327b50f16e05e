-- +goose NO TRANSACTION
-- Working days besides those that the product knows.

-- +goose Up
-- Imported days: off, or worked in exchange. Every version stays, the newest of a day counts.
CREATE TABLE IF NOT EXISTS workday_rules
(
    day         Date,
    version     UInt64,
    working     Bool,
    name        String,
    imported_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (day, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- +goose Down
SELECT 'forward only';
