-- How much of each day came from each source: different ratings and prompts by the day of their
-- event, cases by the day of acceptance.
-- Called by StoreArrivals. Cost: the ratings and prompts of the days, and a scan of two columns of
-- the cases.
INSERT INTO source_days (day, source, kind, received, last_at, version)
SELECT event_day, source, 'rating', uniqExact(id), max(received_at), {version:UInt64}
FROM ratings WHERE event_day BETWEEN {from:Date} AND {to:Date} GROUP BY event_day, source
UNION ALL
SELECT event_day, source, 'prompt', uniqExact(id), max(received_at), {version:UInt64}
FROM prompts WHERE event_day BETWEEN {from:Date} AND {to:Date} GROUP BY event_day, source
UNION ALL
SELECT accepted_day, source, 'case', uniqExact(case_id), max(received_at), {version:UInt64}
FROM cases WHERE accepted_day BETWEEN {from:Date} AND {to:Date} GROUP BY accepted_day, source
