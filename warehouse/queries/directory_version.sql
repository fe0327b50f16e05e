-- The newest import, 0 before the first. Polled.
SELECT max(version) FROM directory_versions
