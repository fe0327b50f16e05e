-- What identifies every stored prompt and decides how it is counted. Called by Stored.
-- Grain: one row a prompt and content. Cost: reads these columns of all prompts with FINAL.
SELECT id, content_hash, event_day, source, case_id, service_number, stage, department, staff,
    shown_at, event_key, test
FROM prompts FINAL
