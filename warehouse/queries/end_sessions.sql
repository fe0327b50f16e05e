-- Ends all sessions of an account, also those that this process does not know. Called by EndSessions.
INSERT INTO sessions (account, token, method, address, created_at, seen_at, expires_at, ended_at)
SELECT account, token, any(method), any(address), min(created_at), max(seen_at), min(expires_at), fromUnixTimestamp64Milli({at:Int64})
FROM sessions
WHERE account = {account:String} AND expires_at > fromUnixTimestamp64Milli({at:Int64})
GROUP BY account, token
