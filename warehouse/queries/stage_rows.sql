-- How many rows the stage tables hold together. Called before each swap. Cost: no table is read.
SELECT sum(total_rows) FROM system.tables WHERE database = currentDatabase() AND name IN {tables:Array(String)}
