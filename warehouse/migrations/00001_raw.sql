-- +goose NO TRANSACTION
-- Raw records, never edited. Sorting keys of ratings and prompts end in (id, content_hash):
-- an exact repeat collapses, two contents under one id both stay and are listed as a conflict.

-- +goose Up
CREATE TABLE IF NOT EXISTS installation
(
    name  String,
    value String,
    at    DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY name
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS ratings
(
    event_day      Date,
    region         LowCardinality(String),
    department     LowCardinality(String),
    id             UUID,
    content_hash   UInt64,
    source         LowCardinality(String),
    device_id      String,
    installation   String,
    device_seq     UInt64,
    batch_id       LowCardinality(String),
    prompt_id      UUID,
    object         LowCardinality(String),
    case_id        String,
    service_number String,
    stage          LowCardinality(String),
    assess_number  UInt8,
    answer         LowCardinality(String),
    answer_weight  UInt8,
    level          UInt8,
    level_raw      LowCardinality(String),
    code_map       LowCardinality(String),
    aspects        Map(LowCardinality(String), UInt8),
    question_set   LowCardinality(String),
    region_raw     LowCardinality(String),
    hall           LowCardinality(String),
    window         LowCardinality(String),
    item           String,
    staff          String,
    channel        LowCardinality(String),
    channel_raw    LowCardinality(String),
    platform       LowCardinality(String),
    tags           Array(LowCardinality(String)),
    comment        String,
    rater_token    String,
    contact        String,
    rated_at       DateTime64(3, 'UTC'),
    rated_at_raw   DateTime64(3, 'UTC'),
    served_at      DateTime64(3, 'UTC'),
    time_unsure    Bool,
    probe          Bool,
    test           Bool,
    event_key      UUID,
    received_at    DateTime64(3, 'UTC'),
    collector      LowCardinality(String),
    sender         LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(event_day)
ORDER BY (event_day, region, department, id, content_hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- Where a rating is found again by its id (assess = 0) or by its service event (assess = 1 | 2).
-- Small granules: a batch looks up only its own keys.
CREATE TABLE IF NOT EXISTS rating_keys
(
    key           UUID,
    assess        UInt8,
    id            UUID,
    content_hash  UInt64,
    event_day     Date,
    answer_weight UInt8,
    rated_at      DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (key, assess, id, content_hash, event_day)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 1000;

-- The keys that more than one rating shares, once for each day that one of them lies on.
CREATE TABLE IF NOT EXISTS rating_collisions
(
    event_day Date,
    assess    UInt8,
    key       UUID
)
ENGINE = ReplacingMergeTree
ORDER BY (event_day, assess, key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- A case changes day and month when it closes, so its partition is a hash of its name: FINAL then
-- finds all its versions in one place. The rank is the version, then the content hash, so that two
-- contents under one version have one winner whatever their order of arrival.
CREATE TABLE IF NOT EXISTS cases
(
    source            LowCardinality(String),
    case_id           String,
    version           UInt64,
    rank              UInt128,
    content_hash      UInt64,
    batch_id          LowCardinality(String),
    kind              LowCardinality(String),
    region            LowCardinality(String),
    region_raw        LowCardinality(String),
    hall              LowCardinality(String),
    window            LowCardinality(String),
    department        LowCardinality(String),
    item              String,
    staff             String,
    status            LowCardinality(String),
    accepted_at       DateTime64(3, 'UTC'),
    promised_at       DateTime64(3, 'UTC'),
    statutory_at      DateTime64(3, 'UTC'),
    finished_at       DateTime64(3, 'UTC'),
    accepted_day      Date,
    finished_day      Date,
    suspended_from    Array(DateTime64(3, 'UTC')),
    suspended_to      Array(DateTime64(3, 'UTC')),
    suspended_seconds Int64,
    handling_seconds  Int64,
    visits            Int32,
    on_the_spot       Bool,
    filed_online      Bool,
    test              Bool,
    received_at       DateTime64(3, 'UTC'),
    collector         LowCardinality(String),
    sender            LowCardinality(String)
)
ENGINE = ReplacingMergeTree(rank)
PARTITION BY cityHash64(source, case_id) % 16
ORDER BY (source, case_id)
SETTINGS index_granularity = 2048, fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS prompts
(
    event_day      Date,
    region         LowCardinality(String),
    department     LowCardinality(String),
    id             UUID,
    content_hash   UInt64,
    source         LowCardinality(String),
    device_id      String,
    batch_id       LowCardinality(String),
    case_id        String,
    service_number String,
    stage          LowCardinality(String),
    region_raw     LowCardinality(String),
    hall           LowCardinality(String),
    window         LowCardinality(String),
    item           String,
    staff          String,
    channel        LowCardinality(String),
    channel_raw    LowCardinality(String),
    served_at      DateTime64(3, 'UTC'),
    shown_at       DateTime64(3, 'UTC'),
    test           Bool,
    event_key      UUID,
    received_at    DateTime64(3, 'UTC'),
    collector      LowCardinality(String),
    sender         LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(event_day)
ORDER BY (event_day, region, department, id, content_hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS follow_ups
(
    rating_id    UUID,
    id           UUID,
    content_hash UInt64,
    source       LowCardinality(String),
    batch_id     LowCardinality(String),
    step         LowCardinality(String),
    satisfied    Nullable(Bool),
    by           String,
    at           DateTime64(3, 'UTC'),
    note         String,
    received_at  DateTime64(3, 'UTC'),
    collector    LowCardinality(String),
    sender       LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (rating_id, id, content_hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS tallies
(
    source       LowCardinality(String),
    from_day     Date,
    to_day       Date,
    region       LowCardinality(String),
    hall         LowCardinality(String),
    window       LowCardinality(String),
    department   LowCardinality(String),
    item         String,
    staff        String,
    answer       LowCardinality(String),
    level_raw    LowCardinality(String),
    channel_raw  LowCardinality(String),
    version      UInt64,
    rank         UInt128,
    content_hash UInt64,
    region_raw   LowCardinality(String),
    level        UInt8,
    channel      LowCardinality(String),
    count        UInt64,
    received_at  DateTime64(3, 'UTC'),
    collector    LowCardinality(String),
    sender       LowCardinality(String)
)
ENGINE = ReplacingMergeTree(rank)
ORDER BY (source, from_day, to_day, region, hall, window, department, item, staff, answer, level_raw, channel_raw)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS refused
(
    received_at DateTime64(3, 'UTC'),
    id          UUID,
    kind        LowCardinality(String),
    source      LowCardinality(String),
    sender      LowCardinality(String),
    fields      Array(LowCardinality(String)),
    codes       Array(LowCardinality(String)),
    reasons     Array(String),
    redacted    String,
    size        UInt32
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (received_at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- +goose Down
SELECT 'forward only';
