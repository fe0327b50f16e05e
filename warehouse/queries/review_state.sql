-- What was done about each of the ratings of bad. Part of bad_reviews.sql and reviews.sql. Cost: the steps of those ratings.
    SELECT rating_id,
        argMaxIf(step, (at, id, content_hash), step IN ('excluded', 'reinstated')) = 'excluded' AS excluded,
        argMaxIf(step, (at, id, content_hash), step IN ('verified', 'dismissed')) = 'dismissed' AS dismissed,
        minIf(at, step = 'contacted') AS contacted_at,
        minIf(at, step = 'rectified') AS rectified_at,
        countIf(step = 'called_back') > 0 AS called_back,
        countIf(step = 'called_back' AND satisfied IS NOT NULL) > 0 AS answered,
        argMaxIf(ifNull(satisfied, false), (at, id, content_hash), step = 'called_back' AND satisfied IS NOT NULL) AS is_satisfied
    FROM follow_ups
    WHERE rating_id IN (SELECT id FROM bad)
    GROUP BY rating_id
