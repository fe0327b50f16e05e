-- The bad ones among the ratings of some days once more, as the warehouse keeps them. Called by World.Fill. Grain: a rating.
INSERT INTO bad_ratings (event_day, id, content_hash, rated_at, region_raw, region, hall, window, department, item, channel, source,
    case_id, level, tags, comment)
SELECT event_day, id, content_hash, rated_at, region_raw, region, hall, window, department, item, channel, source, case_id, level, tags, comment
FROM ratings
WHERE event_day BETWEEN {from:Date} AND {to:Date} AND answer = 'active' AND assess_number = 1 AND level IN (1, 2) AND NOT test AND NOT probe
