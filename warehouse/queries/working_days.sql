-- The days of the stored table of working time. Called by StoreWorkingTime. Cost: the whole table, a row a known day.
SELECT day, working FROM working_time FINAL ORDER BY day
