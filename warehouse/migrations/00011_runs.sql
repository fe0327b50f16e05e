-- +goose NO TRANSACTION
-- Runs say how long they took and what they wrote; short runs of one kind share a row.

-- +goose Up
ALTER TABLE runs ADD COLUMN IF NOT EXISTS took_ms UInt64;
ALTER TABLE runs ADD COLUMN IF NOT EXISTS times UInt32;
ALTER TABLE runs ADD COLUMN IF NOT EXISTS written UInt64;

-- +goose Down
SELECT 'forward only';
