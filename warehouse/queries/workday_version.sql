-- The highest version among imported days, 0 before the first. Polled.
SELECT max(version) FROM workday_rules
