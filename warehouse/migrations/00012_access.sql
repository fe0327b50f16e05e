-- +goose NO TRANSACTION
-- Who may sign in, who has, and what was done: see docs/access.md.

-- +goose Up
-- Accounts, by what they sign in with; the row of the highest version counts. password is an argon2id hash with its
-- parameters, empty for accounts that sign in elsewhere.
CREATE TABLE IF NOT EXISTS accounts
(
    id          String,
    name        String,
    method      LowCardinality(String),
    roles       Array(String),
    scope       String,
    disabled    UInt8,
    must_change UInt8,
    password    String,
    created_at  DateTime64(3, 'UTC'),
    version     UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Sessions, by the SHA-256 of their token. When one was used only moves forward, and when it ends only backward,
-- whoever writes last. 2200-01-01 is "never".
CREATE TABLE IF NOT EXISTS sessions
(
    account    String,
    token      String,
    method     SimpleAggregateFunction(any, String),
    address    SimpleAggregateFunction(any, String),
    created_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    seen_at    SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    expires_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    ended_at   SimpleAggregateFunction(min, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree ORDER BY (account, token)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What was done, appended to and never changed. Each entry holds the hash of the one before.
CREATE TABLE IF NOT EXISTS audit
(
    writer    String,
    sequence  UInt64,
    at        DateTime64(3, 'UTC'),
    who       String,
    action    LowCardinality(String),
    object    String,
    address   String,
    previous  String,
    hash      String,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = MergeTree ORDER BY (writer, sequence, stored_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- +goose Down
SELECT 'forward only';
