-- The highest version of the targets, 0 before the first, and how many rows there are: a version that was written late
-- changes the number. Polled.
SELECT max(version), count() FROM targets
