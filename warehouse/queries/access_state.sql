-- A number that changes with every row of accounts and sessions. Polled by gates; a scan of these small tables.
SELECT
    (SELECT groupBitXor(cityHash64(id, version)) + 3 * count() FROM accounts)
    + 5 * (SELECT groupBitXor(cityHash64(token, seen_at, ended_at)) + 3 * count() FROM sessions)
