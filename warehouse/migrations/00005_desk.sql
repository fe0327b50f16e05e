-- +goose NO TRANSACTION
-- What the desk lists and what is known of the numbers of devices.

-- +goose Up
ALTER TABLE refused
    ADD COLUMN IF NOT EXISTS collector    LowCardinality(String),
    ADD COLUMN IF NOT EXISTS record_id    UUID,
    ADD COLUMN IF NOT EXISTS batch_id     LowCardinality(String),
    ADD COLUMN IF NOT EXISTS device_id    String,
    ADD COLUMN IF NOT EXISTS installation String,
    ADD COLUMN IF NOT EXISTS device_seq   UInt64,
    ADD COLUMN IF NOT EXISTS held         String, -- readable to the door alone
    ADD COLUMN IF NOT EXISTS holds        Bool MATERIALIZED notEmpty(held);

ALTER TABLE ratings
    ADD COLUMN IF NOT EXISTS tags_raw Array(LowCardinality(String)),
    ADD INDEX IF NOT EXISTS received_between received_at TYPE minmax GRANULARITY 1;

ALTER TABLE ratings MATERIALIZE INDEX received_between;

ALTER TABLE cases
    ADD COLUMN IF NOT EXISTS kind_raw LowCardinality(String),
    ADD COLUMN IF NOT EXISTS code_map LowCardinality(String);

-- What the desk shows of a rating, where the rating is found again by its keys.
ALTER TABLE rating_keys
    ADD COLUMN IF NOT EXISTS received_at DateTime64(3, 'UTC') DEFAULT rated_at,
    ADD COLUMN IF NOT EXISTS source      LowCardinality(String),
    ADD COLUMN IF NOT EXISTS sender      LowCardinality(String),
    ADD COLUMN IF NOT EXISTS collector   LowCardinality(String),
    ADD COLUMN IF NOT EXISTS batch_id    LowCardinality(String);

-- The keys of rating_collisions once more, by when the newest of the ratings that share one
-- arrived: no rating of the key arrived later than its last row says.
CREATE TABLE IF NOT EXISTS rating_collision_times
(
    last_at DateTime64(3, 'UTC'),
    assess  UInt8,
    key     UUID
)
ENGINE = ReplacingMergeTree
ORDER BY (last_at, assess, key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO rating_collision_times (last_at, assess, key)
SELECT max(received_at), assess, key
FROM rating_keys
WHERE (key, assess) IN (SELECT key, assess FROM rating_collisions)
GROUP BY key, assess;

-- Every version of a case that came, with each of its contents: in the table of cases only one
-- content of the newest version stays.
CREATE TABLE IF NOT EXISTS case_versions
(
    source       LowCardinality(String),
    case_id      String,
    version      UInt64,
    content_hash UInt64,
    received_at  DateTime64(3, 'UTC'),
    sender       LowCardinality(String),
    collector    LowCardinality(String),
    batch_id     LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (source, case_id, version, content_hash)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 1000;

INSERT INTO case_versions (source, case_id, version, content_hash, received_at, sender, collector, batch_id)
SELECT source, case_id, version, content_hash, received_at, sender, collector, batch_id
FROM cases;

-- The versions of cases that came with two contents, by when the newest of them arrived.
CREATE TABLE IF NOT EXISTS case_collision_times
(
    last_at DateTime64(3, 'UTC'),
    source  LowCardinality(String),
    case_id String,
    version UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (last_at, source, case_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The held records that went through the door after all.
CREATE TABLE IF NOT EXISTS refused_replayed
(
    id UUID,
    at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(at)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Announced batches: what a sender said would come, then one row for each delivery.
CREATE TABLE IF NOT EXISTS announcements
(
    source       LowCardinality(String),
    id           String,
    received_at  DateTime64(3, 'UTC'),
    collector    LowCardinality(String),
    content_hash UInt64,
    sender       LowCardinality(String),
    records      LowCardinality(String),
    count        UInt64,
    hash         FixedString(32),
    delivered    Bool,
    arrived      UInt64,
    hash_matches Bool,
    accepted     UInt64,
    unattributed UInt64,
    duplicate    UInt64,
    refused      UInt64,
    conflicts    UInt64,
    reasons      Map(LowCardinality(String), UInt64)
)
ENGINE = ReplacingMergeTree
ORDER BY (source, id, received_at, delivered, collector, content_hash)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 1000;

-- Which numbers of each device have arrived, as a set: to add one again changes nothing.
-- 12,000 devices with 22 million numbers are 1.2 MB.
CREATE TABLE IF NOT EXISTS device_numbers
(
    device_id    String,
    installation String,
    numbers      AggregateFunction(groupBitmap, UInt64),
    highest      SimpleAggregateFunction(max, UInt64),
    first_at     SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_at      SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (device_id, installation)
SETTINGS index_granularity = 256, fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO device_numbers (device_id, installation, numbers, highest, first_at, last_at)
SELECT device_id, installation, groupBitmapStateIf(device_seq, device_seq > 0), max(device_seq), min(received_at), max(received_at)
FROM ratings
WHERE device_id != ''
GROUP BY device_id, installation;

-- One row for each day and device with a key: how much of the day came, and how the device
-- stood when the row was last written. Written anew every hour; the last row counts.
CREATE TABLE IF NOT EXISTS device_days
(
    day       Date,
    device_id String,
    hall      LowCardinality(String),
    window    LowCardinality(String),
    received  UInt64,              -- different ratings whose event lies on the day
    last_at   DateTime64(3, 'UTC'), -- when something of the device last arrived, the epoch = never
    missing   UInt64,              -- of its numbers
    silent    Bool,
    version   UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (day, device_id);

-- The same for the sources of ratings, cases and prompts.
CREATE TABLE IF NOT EXISTS source_days
(
    day      Date,
    source   LowCardinality(String),
    kind     LowCardinality(String),
    received UInt64,
    last_at  DateTime64(3, 'UTC'),
    version  UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (day, source, kind);

-- +goose Down
SELECT 'forward only';
