-- The days of closing of all cases that were open on one of these days, each pair of {froms} and {tos} a run of days.
-- Called by StoreWorkingTime, rarely. Cost: three columns of every case with FINAL.
SELECT DISTINCT finished_day FROM cases FINAL
WHERE status = 'finished' AND NOT test
    AND arrayExists((first, last) -> accepted_day <= last AND finished_day >= first, {froms:Array(Date)}, {tos:Array(Date)})
SETTINGS do_not_merge_across_partitions_select_final = 1
