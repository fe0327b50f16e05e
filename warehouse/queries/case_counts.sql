-- Counts of cases: accepted on the day of acceptance, all else on the day of closing.
-- Called by Recompute, once for a chunk of days. Grain as rating_counts.
-- Cost: reads nine columns of every case with FINAL, because a case is found by neither day alone.
INSERT INTO stage_base (day, part, region, hall, window, department, item,
    accepted, finished, promised, on_time, early, promised_seconds, statutory_seconds, limited,
    handled, handling_seconds, handling, visits_known, visits, on_the_spot, filed_online)
SELECT day, 'case', place_region, hall, window, department, item,
    countIf(opens), countIf(closes), countIf(has_promise),
    countIf(has_promise AND finished_at <= promised_at),
    countIf(has_promise AND finished_day < toDate(promised_at - INTERVAL 1 SECOND, {zone:String})),
    sumIf(toUInt64(dateDiff('second', accepted_at, promised_at)), has_both),
    sumIf(toUInt64(dateDiff('second', accepted_at, statutory_at)), has_both), countIf(has_both),
    countIf(has_handling), sumIf(toUInt64(handling_seconds), has_handling),
    sumMapIf(map(toUInt16(if(handling_seconds <= 1, 0, ceil(log(handling_seconds) / log(1.04)))), toUInt64(1)), has_handling),
    countIf(closes AND visits >= 0), sumIf(toUInt64(visits), closes AND visits >= 0),
    countIf(closes AND on_the_spot), countIf(closes AND filed_online)
FROM
(
    SELECT arrayJoin(arrayDistinct([accepted_day, finished_day])) AS day,
        if(region_raw != region AND region_raw IN (SELECT region FROM region_paths), region_raw, region) AS place_region,
        hall, window, department, item, accepted_at, promised_at, statutory_at, finished_at, finished_day,
        handling_seconds, visits, on_the_spot, filed_online,
        day = accepted_day AS opens,
        status = 'finished' AND day = finished_day AS closes,
        closes AND promised_at > accepted_at AS has_promise,
        has_promise AND statutory_at > accepted_at AS has_both,
        closes AND handling_seconds >= 0 AS has_handling
    FROM cases FINAL
    WHERE (accepted_day IN {days:Array(Date)} OR finished_day IN {days:Array(Date)}) AND NOT test
    SETTINGS do_not_merge_across_partitions_select_final = 1
)
WHERE day IN {days:Array(Date)} AND (opens OR closes)
GROUP BY day, place_region, hall, window, department, item
