-- The counts that somebody else made and that are part of a unit's figures of a period, by the rule of tally_counts.
-- Called by Tallies of Evidence, and within evidence_counts. Grain: a cell. Cost: the tallies table.
WITH
    chosen AS
    (
        SELECT source, from_day, to_day, region_raw, region, hall, window, department, item, answer, level, channel, count, received_at
        FROM tallies FINAL
        WHERE to_day BETWEEN {from:Date} AND {to:Date} AND {{recorded}}
    ),
{{placed}}
SELECT multiIf(answer = 'active', '', answer) AS reason, source, from_day, to_day, answer, level, channel, count, received_at, leaf, unit, hall, window, item
FROM placed
WHERE {{unit}}
ORDER BY to_day, source, from_day, leaf, unit, hall, window, item, answer, level, channel
