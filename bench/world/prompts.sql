-- The service events of a third of the ratings of a day, under the same name, and shown. Called by World.FillDay.
INSERT INTO prompts (event_day, region, region_raw, department, id, content_hash, source, hall, window, item, staff, channel,
    served_at, shown_at, event_key, received_at, collector)
SELECT event_day, region, region, department, generateUUIDv7(), content_hash, source, hall, window, item, staff, channel, served_at, served_at,
    event_key, received_at, collector
FROM ratings
WHERE event_day = {day:Date} AND content_hash % 3 = 0
