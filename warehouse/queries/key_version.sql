-- The highest version among the windows of keys: what is written next must lie above it, also
-- where the clock of this machine is behind.
SELECT max(version) FROM key_windows
