-- The highest version among accounts: what is written next must lie above it, also where the clock of this machine is
-- behind. Called by ChangeAccount.
SELECT max(version) FROM accounts
