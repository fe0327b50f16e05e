-- +goose NO TRANSACTION
-- Editions. Both tables are appended to and never changed: what an edition is follows from its events.

-- +goose Up
-- One row is one thing that happened to an edition: a draft drawn, an objection, a check, the publication. body is
-- the whole event as JSON. Of two rows with one place in the sequence the one that was stored first counts.
CREATE TABLE IF NOT EXISTS edition_events
(
    number    String,
    sequence  UInt32,
    revision  UInt32,
    action    LowCardinality(String),
    by        String,
    at        DateTime64(3, 'UTC'),
    body      String,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = MergeTree ORDER BY (number, sequence, stored_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Documents by the SHA-256 of their canonical bytes, in hexadecimal. A draft is those bytes; of a published edition
-- (sealed = 1) it is the signed file. A document that no event names counts for nothing.
CREATE TABLE IF NOT EXISTS edition_documents
(
    number      String,
    hash        String,
    sealed      UInt8,
    revision    UInt32,
    draft       UInt32,
    scheme      String,
    period_from Date32,
    period_to   Date32,
    data_hash   String,
    generation  UInt64,
    at          DateTime64(3, 'UTC'),
    body        String CODEC(ZSTD(3))
)
ENGINE = MergeTree ORDER BY (number, hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 8;

-- Of the first migration; nothing was ever written to it.
DROP TABLE IF EXISTS editions;

-- +goose Down
SELECT 'forward only';
