-- Every case of a unit that was accepted or finished in a period, and what it counts for, by the rules of case_counts;
-- with those that name the unit and count for another. Called by Cases of Evidence, and within evidence_counts.
-- Grain: a case. Cost: reads some columns of every case with FINAL, because a case is found by neither day alone.
WITH
{{case_clock}},
    chosen AS
    (
        SELECT source, case_id, version, status, region_raw, region, hall, window, department, item, accepted_at, promised_at, statutory_at,
            finished_at, accepted_day, finished_day, handling_seconds, visits, on_the_spot, filed_online, test, received_at,
            arrayMap(t -> least(greatest(t, accepted_at), finished_at), suspended_from) AS suspended_begin,
            arrayMap(t -> least(greatest(t, accepted_at), finished_at), suspended_to) AS suspended_end,
            CAST(accepted_day BETWEEN {from:Date} AND {to:Date}, 'Bool') AS opens,
            CAST(status = 'finished' AND finished_day BETWEEN {from:Date} AND {to:Date}, 'Bool') AS closes
        FROM cases FINAL
        WHERE (accepted_day BETWEEN {from:Date} AND {to:Date} OR finished_day BETWEEN {from:Date} AND {to:Date}) AND {{recorded}}
    ),
{{placed}}
SELECT multiIf(NOT ({{unit}}), 'other_unit', test, 'test', opens OR closes, '', 'not_finished') AS reason,
    source, case_id, version, status, received_at, accepted_at, promised_at, statutory_at, finished_at, opens, closes,
    CAST(closes AND promised_at > accepted_at, 'Bool') AS has_promise,
    CAST(has_promise AND finished_at <= promised_at, 'Bool') AS on_time,
    CAST(has_promise AND finished_day < toDate(promised_at - INTERVAL 1 SECOND, {zone:String}), 'Bool') AS early,
    CAST(has_promise AND statutory_at > accepted_at, 'Bool') AS has_both,
    handling_seconds,
    if(closes AND code(accepted_at) > 0 AND code(finished_at) > 0 AND working_until(finished_at) - working_until(accepted_at) < {beyond:UInt64},
        toInt64(working_until(finished_at) - working_until(accepted_at) - arrayFold((sum, span) -> (sum.1 + greatest(span.2 - greatest(span.1, sum.2), 0), greatest(sum.2, span.2)),
            arraySort(arrayMap((begin, end) -> (working_until(begin), working_until(end)), suspended_begin, suspended_end)),
            (toInt64(0), working_until(accepted_at))).1),
        toInt64(-1)) AS working_span,
    visits, on_the_spot, filed_online, leaf, unit, hall, window, item
FROM placed
WHERE ({{unit}}) OR (({{near}}) AND {{scope}})
ORDER BY source, case_id
