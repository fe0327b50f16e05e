-- What identifies every stored rating and decides how it is counted. Called by Stored.
-- Grain: one row a rating and content. Cost: reads these columns of all ratings with FINAL.
SELECT id, content_hash, event_day, source, case_id, service_number, stage, assess_number,
    answer, answer_weight, level, department, staff, device_id, installation, device_seq,
    rated_at, event_key, test, probe
FROM ratings FINAL
