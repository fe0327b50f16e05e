-- The newest version of each imported value; of all indicators where none is named.
-- Called by ImportedValues and StoreImportedValues. Cost: every version within the named indicators is read; they
-- lead the sorting key.
SELECT indicator, unit, as_of, level, known, value, se, n, source, note, attachment, place, version, imported_by, imported_at
FROM imported_values FINAL
WHERE (empty({indicators:Array(String)}) OR indicator IN {indicators:Array(String)})
    AND as_of BETWEEN {from:Date32} AND {to:Date32}
ORDER BY indicator, unit, as_of, version DESC
LIMIT 1 BY indicator, unit, as_of
