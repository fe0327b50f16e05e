-- The newest version of each imported day. Called by ReloadWorkdays. Cost: the whole table, some rows a year.
SELECT day, working, name
FROM workday_rules
ORDER BY day, version DESC
LIMIT 1 BY day
