-- +goose NO TRANSACTION
-- What makes restatements exact when ids conflict, when only one of prompt and rating names
-- the service event, and when two aggregators work on one database.

-- +goose Up
-- The service event of a rating, in the row that finds it by its id (assess = 0).
ALTER TABLE rating_keys ADD COLUMN IF NOT EXISTS event_key UUID;

-- The service events behind the prompts of the days under restatement; emptied before each.
CREATE TABLE IF NOT EXISTS stage_prompt_names
(
    event_day Date,
    prompt_id UUID,
    event_key UUID
)
ENGINE = MergeTree ORDER BY (event_day, prompt_id);

-- Who may use the stage tables, and until when. One row for each claimant.
CREATE TABLE IF NOT EXISTS leases
(
    name    LowCardinality(String),
    owner   UUID,
    until   DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ReplacingMergeTree(version) ORDER BY (name, owner);

-- +goose Down
SELECT 'forward only';
