-- A case for one in so many of the ratings of some days, closed on it, with both limits and, of some, a suspension. Called by
-- World.FillCases.
INSERT INTO cases (source, case_id, version, rank, content_hash, kind, region, region_raw, hall, window, department, item, status, accepted_at,
    promised_at, statutory_at, finished_at, accepted_day, finished_day, suspended_from, suspended_to, suspended_seconds,
    handling_seconds, visits, received_at, collector)
SELECT source, toString(event_key), 1, 1, content_hash, 'case', region, region, hall, window, department, item, 'finished', accepted,
    accepted + INTERVAL 10 DAY, accepted + INTERVAL 20 DAY, served_at, toDate(accepted, 'Asia/Shanghai'), event_day,
    if(content_hash % 35 = 0, [accepted + INTERVAL 1 HOUR], []), if(content_hash % 35 = 0, [accepted + INTERVAL 20 HOUR], []),
    if(content_hash % 35 = 0, 68400, 0), dateDiff('second', accepted, served_at), content_hash % 3, received_at, collector
FROM
(
    SELECT *, served_at - toIntervalSecond(86400 * (1 + intDiv(content_hash, 7) % 12)) AS accepted
    FROM ratings
    WHERE event_day BETWEEN {from:Date} AND {to:Date} AND content_hash % {one_in:UInt64} = 0
)
