-- Prolongs a lease that still holds; one that has run out may be somebody else's.
-- Called by renew.
INSERT INTO leases (name, owner, until, version)
SELECT name, owner, now64(3) + toIntervalSecond({seconds:UInt32}), toUnixTimestamp64Nano(now64(9))
FROM leases FINAL
WHERE name = {name:String} AND owner = {owner:UUID} AND until > now64(3)
