-- Every refused record with its reasons, without its shape. Called by Stored.
-- Grain: one row a refusal. Cost: reads these columns of all refusals with FINAL.
SELECT id, record_id, kind, source, sender, received_at, fields, codes, reasons
FROM refused FINAL
