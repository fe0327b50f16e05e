-- +goose NO TRANSACTION
-- Who is rated. A later import of the same code replaces it; nothing is deleted, an end of
-- validity says that something is gone.

-- +goose Up
CREATE TABLE IF NOT EXISTS regions
(
    code        String,
    name        String,
    name_raw    String,
    name_en     String,
    parent      String,
    level_name  String,
    placeholder Bool,
    aliases     Array(String),
    valid_from  String,
    valid_to    String,
    version     UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY code
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Derived from regions at each import: the codes from the root down to the region itself.
CREATE TABLE IF NOT EXISTS region_paths
(
    region  String,
    path    Array(String),
    version UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY region
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS halls
(
    code          String,
    name          String,
    name_raw      String,
    name_en       String,
    region        String,
    kind          String,
    opening_hours String,
    valid_from    String,
    valid_to      String,
    version       UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY code
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS windows
(
    hall       String,
    code       String,
    name       String,
    name_raw   String,
    name_en    String,
    valid_from String,
    valid_to   String,
    version    UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY (hall, code)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS departments
(
    code       String,
    name       String,
    name_raw   String,
    name_en    String,
    region     String,
    line       String,
    valid_from String,
    valid_to   String,
    version    UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY code
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS items
(
    code       String,
    name       String,
    name_raw   String,
    name_en    String,
    department String,
    kind       String,
    valid_from String,
    valid_to   String,
    version    UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY code
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS successors
(
    kind      LowCardinality(String),
    from_code String,
    to_code   String,
    on_day    String,
    version   UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY (kind, from_code, on_day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- One row for each import; the newest number tells a reader that its copy is old.
CREATE TABLE IF NOT EXISTS directory_versions
(
    version UInt64,
    at      DateTime64(3, 'UTC'),
    kind    LowCardinality(String),
    rows    UInt64
)
ENGINE = MergeTree ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

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
ENGINE = ReplacingMergeTree(version) ORDER BY (kind, name)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS sources
(
    name     String,
    from_day Date,
    code_map String,
    version  UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY (name, from_day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- +goose Down
SELECT 'forward only';
