-- Ends an import: readers load the directory anew.
INSERT INTO directory_versions (version, at, kind, rows)
SELECT {version:UInt64}, now64(3), {kind:String}, {rows:UInt64}
