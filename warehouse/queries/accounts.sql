-- Every account, or that of one id, with when it was last used.
-- Grain: one row an account. Called by Accounts and ChangeAccount; a scan of these small tables.
SELECT a.id, a.name, a.method, a.roles, a.scope, a.disabled, a.must_change, a.password, a.created_at, s.seen
FROM (SELECT * FROM accounts FINAL WHERE {id:String} = '' OR id = {id:String}) AS a
LEFT JOIN (
    SELECT account, max(seen_at) AS seen
    FROM sessions
    WHERE {id:String} = '' OR account = {id:String}
    GROUP BY account
) AS s ON s.account = a.id
ORDER BY a.id
