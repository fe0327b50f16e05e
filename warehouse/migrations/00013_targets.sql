-- +goose NO TRANSACTION
-- What was promised.

-- +goose Up
-- Targets of indicators. Every version of one stays, with the document that says so; the newest counts, also where it
-- removes the target.
CREATE TABLE IF NOT EXISTS targets
(
    year      UInt16,
    unit_kind LowCardinality(String),
    unit      String,
    indicator String,
    version   UInt64,
    removed   Bool,
    value     Float64, -- in the indicator's unit
    document  String,
    set_by    String,
    set_at    DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (year, unit_kind, unit, indicator, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- +goose Down
SELECT 'forward only';
