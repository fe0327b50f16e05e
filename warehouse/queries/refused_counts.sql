-- How many records of each source were refused for each reason. A record with several reasons counts under each.
-- Called by RefusedCounts. Grain: source x kind x reason. Cost: refused records of the period, without what is kept of them.
SELECT source, kind, code, uniqExact(id), uniqExactIf(id, holds AND NOT done), uniqExactIf(id, done), max(received_at)
FROM
(
    SELECT source, kind, arrayJoin(arrayDistinct(codes)) AS code, id, holds, received_at, id IN (SELECT id FROM refused_replayed) AS done
    FROM refused
    WHERE received_at >= {from:DateTime64(3, 'UTC')} AND received_at < {to:DateTime64(3, 'UTC')}
)
WHERE ({source:String} = '' OR source = {source:String}) AND ({kind:String} = '' OR kind = {kind:String})
    AND ({code:String} = '' OR code = {code:String})
    AND ({state:String} = '' OR {state:String} = 'held' AND holds AND NOT done OR {state:String} = 'replayed' AND done
        OR {state:String} = 'resend' AND NOT holds AND NOT done)
GROUP BY source, kind, code
ORDER BY 4 DESC, source, kind, code
LIMIT {limit:UInt32}
