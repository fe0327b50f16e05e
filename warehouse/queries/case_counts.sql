-- Counts of cases: accepted on the day of acceptance, all else on the day of closing.
-- Called by Recompute, once for a chunk of days. Grain as rating_counts.
-- Working time runs from acceptance to closing within the office hours {opens} to {shuts} (seconds of a day) of working
-- days, without what is suspended of it, each second once. It is known where every day from the first to the last is a
-- day of the calendar. A published handling time does not say how much of it was working time, and changes nothing here.
-- Cost: reads eleven columns of every case with FINAL, because a case is found by neither day alone.
INSERT INTO stage_base (day, part, region, hall, window, department, item,
    accepted, finished, promised, on_time, early, promised_seconds, statutory_seconds, limited,
    handled, handling_seconds, handling, visits_known, visits, on_the_spot, filed_online,
    visits_squared, promised_times, statutory_times, worked, working_seconds, working)
WITH
{{case_clock}},
    (seconds -> toUInt16(if(seconds <= 1, 0, ceil(log(seconds) / log(1.04))))) AS bucket
SELECT day, 'case', place_region, hall, window, department, item,
    countIf(opens), countIf(closes), countIf(has_promise),
    countIf(has_promise AND finished_at <= promised_at),
    countIf(has_promise AND finished_day < toDate(promised_at - INTERVAL 1 SECOND, {zone:String})),
    sumIf(promised_span, has_both), sumIf(statutory_span, has_both), countIf(has_both),
    countIf(has_handling), sumIf(toUInt64(handling_seconds), has_handling),
    sumMapIf(map(bucket(handling_seconds), toUInt64(1)), has_handling),
    countIf(closes AND visits >= 0), sumIf(toUInt64(visits), closes AND visits >= 0),
    countIf(closes AND on_the_spot), countIf(closes AND filed_online),
    sumIf(toUInt64(visits) * toUInt64(visits), closes AND visits >= 0),
    sumMapIf(map(bucket(promised_span), toUInt64(1)), has_both),
    sumMapIf(map(bucket(statutory_span), toUInt64(1)), has_both),
    countIf(has_working), sumIf(working_span, has_working),
    sumMapIf(map(bucket(working_span), toUInt64(1)), has_working)
FROM
(
    SELECT day, place_region, hall, window, department, item, accepted_at, promised_at, finished_at, finished_day,
        handling_seconds, visits, on_the_spot, filed_online, opens, closes,
        closes AND promised_at > accepted_at AS has_promise,
        has_promise AND statutory_at > accepted_at AS has_both,
        closes AND handling_seconds >= 0 AS has_handling,
        toUInt64(dateDiff('second', accepted_at, promised_at)) AS promised_span,
        toUInt64(dateDiff('second', accepted_at, statutory_at)) AS statutory_span,
        working_until(accepted_at) AS started, working_until(finished_at) AS ended,
        closes AND code(accepted_at) > 0 AND code(finished_at) > 0 AND ended - started < {beyond:UInt64} AS has_working,
        -- Of what is suspended, each second from the latest end so far on.
        arrayFold((sum, span) -> (sum.1 + greatest(span.2 - greatest(span.1, sum.2), 0), greatest(sum.2, span.2)),
            arraySort(arrayMap((begin, end) -> (working_until(begin), working_until(end)), suspended_begin, suspended_end)),
            (toInt64(0), started)).1 AS suspended,
        toUInt64(ended - started - suspended) AS working_span
    FROM
    (
        SELECT arrayJoin(arrayDistinct([accepted_day, finished_day])) AS day,
            if(region_raw != region AND region_raw IN (SELECT region FROM region_paths), region_raw, region) AS place_region,
            hall, window, department, item, accepted_at, promised_at, statutory_at, finished_at, finished_day,
            handling_seconds, visits, on_the_spot, filed_online,
            arrayMap(t -> least(greatest(t, accepted_at), finished_at), suspended_from) AS suspended_begin,
            arrayMap(t -> least(greatest(t, accepted_at), finished_at), suspended_to) AS suspended_end,
            day = accepted_day AS opens,
            status = 'finished' AND day = finished_day AS closes
        FROM cases FINAL
        WHERE (accepted_day IN {days:Array(Date)} OR finished_day IN {days:Array(Date)}) AND NOT test
        SETTINGS do_not_merge_across_partitions_select_final = 1
    )
    WHERE day IN {days:Array(Date)} AND (opens OR closes)
)
GROUP BY day, place_region, hall, window, department, item
