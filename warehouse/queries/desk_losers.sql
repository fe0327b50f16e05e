-- The ratings that do not count, of the keys whose newest rating arrived in the window or later:
-- other contents of an id, and other ratings of a service event. The same rule as superseded.sql.
-- Part of desk_collisions.sql and desk_late.sql.
SELECT id, content_hash, event_day, 'conflict' AS why, received_at, source, sender, collector, batch_id
FROM rating_keys FINAL
WHERE assess = 0 AND key IN
(
    SELECT id FROM rating_keys
    WHERE (assess, key) IN (SELECT assess, key FROM rating_collision_times WHERE last_at >= {from:DateTime64(3, 'UTC')})
)
QUALIFY row_number() OVER (PARTITION BY id ORDER BY content_hash, event_day) > 1
UNION ALL
SELECT id, content_hash, event_day, 'superseded' AS why, received_at, source, sender, collector, batch_id
FROM
(
    SELECT key, assess, id, content_hash, event_day, answer_weight, rated_at, received_at, source, sender, collector, batch_id
    FROM rating_keys FINAL
    WHERE (assess, key) IN (SELECT assess, key FROM rating_collision_times WHERE last_at >= {from:DateTime64(3, 'UTC')} AND assess > 0)
)
WHERE (id, content_hash, event_day) NOT IN
(
    SELECT id, content_hash, event_day
    FROM rating_keys FINAL
    WHERE assess = 0 AND key IN
    (
        SELECT id FROM rating_keys
        WHERE (assess, key) IN (SELECT assess, key FROM rating_collision_times WHERE last_at >= {from:DateTime64(3, 'UTC')} AND assess > 0)
    )
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY content_hash, event_day) > 1
)
QUALIFY row_number() OVER (PARTITION BY key, assess ORDER BY answer_weight DESC, rated_at, id) > 1
