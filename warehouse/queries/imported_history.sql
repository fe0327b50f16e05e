-- Every version of the imported values, the newest first; of all indicators where none is named.
-- Called by ImportedHistory. Cost: every version within the named indicators is read.
SELECT indicator, unit, as_of, level, known, value, se, n, source, note, attachment, place, version, imported_by, imported_at
FROM imported_values FINAL
WHERE (empty({indicators:Array(String)}) OR indicator IN {indicators:Array(String)})
    AND as_of BETWEEN {from:Date32} AND {to:Date32}
ORDER BY indicator, unit, as_of, version DESC
