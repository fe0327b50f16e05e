-- A number that changes with every row of keys, their windows, sources and code maps. Polled by
-- collectors; a scan of these small tables.
SELECT
    (SELECT groupBitXor(cityHash64(hash, valid_until, revoked_at, created_at)) + 3 * count() FROM sender_keys)
    + 5 * (SELECT groupBitXor(cityHash64(hash, from_day, window, version)) + 3 * count() FROM key_windows)
    + 7 * (SELECT groupBitXor(cityHash64(name, from_day, code_map, version)) + 3 * count() FROM sources)
