-- What the timetable did, the newest first. Runs of before durations were kept took from start to end.
-- Called by Runs. Cost: reads the runs of the newest months until the limit.
SELECT job, started_at, finished_at,
    if(times = 0, toUInt64(greatest(dateDiff('millisecond', started_at, finished_at), 0)), took_ms) AS took,
    greatest(times, 1) AS count, days, written, if(outcome = 'failed', if(detail = '', 'failed', detail), '') AS failure
FROM runs
WHERE ({job:String} = '' OR job = {job:String}) AND (NOT {failed:Bool} OR outcome = 'failed')
ORDER BY started_at DESC, id DESC
LIMIT {limit:UInt32}
