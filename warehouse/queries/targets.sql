-- The newest version of each target, also those that remove one.
-- Called by ReloadTargets. Cost: the table, which grows with what people set.
SELECT year, unit_kind, unit, indicator, version, removed, value, document, set_by, set_at
FROM targets FINAL
ORDER BY year, unit_kind, unit, indicator, version DESC
LIMIT 1 BY year, unit_kind, unit, indicator
