-- The ratings of a period that do not count, as losers: the rule of superseded. Part of bad_reviews.sql,
-- reviews.sql and staff_months.sql, after their WITH. Cost: the keys that collided in the period.
    members AS
    (
        SELECT key, assess, id, content_hash, event_day, answer_weight, rated_at
        FROM rating_keys FINAL
        WHERE (key, assess) IN (SELECT key, assess FROM rating_collisions WHERE event_day BETWEEN {from:Date} AND {to:Date})
    ),
    conflicting AS
    (
        SELECT id, content_hash, event_day
        FROM rating_keys FINAL
        WHERE assess = 0 AND key IN (SELECT id FROM members)
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY content_hash, event_day) > 1
    ),
    losers AS
    (
        SELECT id, content_hash, event_day FROM conflicting
        UNION ALL
        SELECT id, content_hash, event_day
        FROM members
        WHERE assess > 0 AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM conflicting)
        QUALIFY row_number() OVER (PARTITION BY key, assess ORDER BY answer_weight DESC, rated_at, id) > 1
    )
