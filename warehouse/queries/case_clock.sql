-- The working seconds before a moment. Part of case_counts.sql and evidence_cases.sql, in their WITH. Office hours run
-- from {opens} to {shuts} (seconds of a day) of working days.
    -- For each known day, from the first: 1 + twice the working seconds before it + whether it is a working day; 0 stands
    -- for an unknown day. Behind a gap in the calendar the seconds go on far higher, so that no span over it looks known.
    (
        SELECT (groupArray(toUInt16(day)), groupArray(1 + 2 * (before + {beyond:UInt64} * gaps) + working))
        FROM
        (
            SELECT day, before, working, toUInt64(toUInt16(day) - row_number() OVER (ORDER BY day)) AS gaps
            FROM working_time FINAL
            UNION ALL
            SELECT toDate(0), 0, false, 0
        )
    ) AS calendar,
    (t -> transform(toUInt16(toDate(t, {zone:String})), calendar.1, calendar.2, toUInt64(0))) AS code,
    (t -> toHour(t, {zone:String}) * 3600 + toMinute(t, {zone:String}) * 60 + toSecond(t, {zone:String})) AS clock,
    (t -> toInt64(intDiv(code(t) - 1, 2)) + if(code(t) % 2 = 1, 0, arraySum(arrayMap(
        (open, shut) -> least(greatest(toInt64(clock(t)), open), shut) - open, {opens:Array(Int64)}, {shuts:Array(Int64)})))) AS working_until
