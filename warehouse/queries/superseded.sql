-- The ratings of these days that do not count, because another one under the same id (smallest
-- content hash counts) or of the same service event (active > default > silence, then smallest
-- (rated_at, id)) does. Independent of arrival order.
-- Called by Recompute before rating_counts. Cost: the keys that collided on these days.
INSERT INTO stage_superseded (id, content_hash, event_day, assess)
WITH
    members AS
    (
        SELECT key, assess, id, content_hash, event_day, answer_weight, rated_at
        FROM rating_keys FINAL
        WHERE (key, assess) IN (SELECT key, assess FROM rating_collisions WHERE event_day IN {days:Array(Date)})
    ),
    conflicting AS
    (
        SELECT id, content_hash, event_day
        FROM rating_keys FINAL
        WHERE assess = 0 AND key IN (SELECT id FROM members)
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY content_hash, event_day) > 1
    )
SELECT id, content_hash, event_day, 0 FROM conflicting
UNION ALL
SELECT id, content_hash, event_day, assess
FROM members
WHERE assess > 0 AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM conflicting)
QUALIFY row_number() OVER (PARTITION BY key, assess ORDER BY answer_weight DESC, rated_at, id) > 1
