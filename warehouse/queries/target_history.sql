-- Every version of the targets of a year, of all years for 0, the newest first.
-- Called by TargetHistory. Cost: the years asked for, which lead the sorting key.
SELECT year, unit_kind, unit, indicator, version, removed, value, document, set_by, set_at
FROM targets FINAL
WHERE {year:UInt16} = 0 OR year = {year:UInt16}
ORDER BY year DESC, unit_kind, unit, indicator, version DESC
