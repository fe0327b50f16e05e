-- How many others claim a lease, and whether it is one's own for some more seconds.
-- Called by claim and held.
SELECT countIf(owner != {owner:UUID} AND until > now64(3)),
    toBool(countIf(owner = {owner:UUID} AND until > now64(3) + toIntervalSecond({seconds:UInt32})) > 0)
FROM leases FINAL
WHERE name = {name:String}
