-- The highest version among the imported values: what is written next must lie above it, also where the clock of this
-- machine is behind.
-- Called by StoreImportedValues. Cost: one column of the table.
SELECT max(version) FROM imported_values
