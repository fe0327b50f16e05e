-- Claims a lease for some seconds by the server's clock, or with 0 gives it back.
-- Called by claim and release.
INSERT INTO leases (name, owner, until, version)
SELECT {name:String}, {owner:UUID}, now64(3) + toIntervalSecond({seconds:UInt32}), toUnixTimestamp64Nano(now64(9))
