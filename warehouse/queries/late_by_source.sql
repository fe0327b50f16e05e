-- How many ratings of a period arrived after a moment. Called by LateBySource. Grain: source. Cost: reads the ratings of
-- the period that the index received_between does not rule out.
SELECT source, count()
FROM ratings
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND received_at >= {after:DateTime64(3, 'UTC')} AND NOT test AND NOT probe
GROUP BY source
ORDER BY source
