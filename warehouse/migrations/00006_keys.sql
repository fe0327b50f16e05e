-- +goose NO TRANSACTION
-- Several keys for one sender, so that a new one is in place before the old one ends, and
-- devices that stand at another window from a day on.

-- +goose Up
-- One row is a key, by the SHA-256 of it. What a key is never changes; when it ends only moves
-- forward in time, whoever writes last: the earliest end counts. 2200-01-01 is "never".
CREATE TABLE IF NOT EXISTS sender_keys
(
    kind        LowCardinality(String),
    name        String,
    hash        FixedString(32),
    sources     SimpleAggregateFunction(any, Array(String)),
    device      SimpleAggregateFunction(any, String),
    hall        SimpleAggregateFunction(any, String),
    created_at  SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    valid_until SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    revoked_at  SimpleAggregateFunction(min, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree ORDER BY (kind, name, hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Where the device of a key stands from a day on; 1970-01-01 = from the beginning.
CREATE TABLE IF NOT EXISTS key_windows
(
    hash     FixedString(32),
    from_day Date,
    window   String,
    version  UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY (hash, from_day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What was there before: one key for each sender. It stands here again for the case that this
-- migration was cut short behind its last step.
CREATE TABLE IF NOT EXISTS access_keys
(
    name       String,
    kind       LowCardinality(String),
    sources    Array(String),
    device     String,
    hall       String,
    window     String,
    hash       FixedString(32),
    revoked_at DateTime64(3, 'UTC'),
    version    UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY (kind, name);

INSERT INTO key_windows (hash, from_day, window, version)
SELECT hash, toDate(0), window, version FROM access_keys FINAL WHERE window != '';

INSERT INTO sender_keys (kind, name, hash, sources, device, hall, created_at, valid_until, revoked_at)
SELECT kind, name, hash, sources, device, hall,
    -- An unrevoked key was written once; of a revoked one only that is known when it ended.
    if(revoked_at = toDateTime64(0, 3, 'UTC'), fromUnixTimestamp64Milli(toInt64(intDiv(version, 1000000)), 'UTC'), toDateTime64(0, 3, 'UTC')),
    toDateTime64('2200-01-01 00:00:00', 3, 'UTC'),
    if(revoked_at = toDateTime64(0, 3, 'UTC'), toDateTime64('2200-01-01 00:00:00', 3, 'UTC'), revoked_at)
FROM access_keys FINAL;

DROP TABLE access_keys;

-- +goose Down
SELECT 'forward only';
