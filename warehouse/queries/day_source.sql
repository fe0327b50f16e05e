-- What each source sent of a day: the answers of its first ratings, and the ratings of service events that another
-- rating stands for. Tallies are of periods, not of days, and have no source in stage_base.
-- Called by Restate. Grain: day x source. Cost: the rows of stage_base, and the ids of the ratings of these days where
-- any of them is superseded.
INSERT INTO stage_day_source (day, source, level_1, level_2, level_3, level_4, level_5,
    default_1, default_2, default_3, default_4, default_5, unanswered, declined, superseded)
SELECT day, source, sum(l1), sum(l2), sum(l3), sum(l4), sum(l5), sum(d1), sum(d2), sum(d3), sum(d4), sum(d5),
    sum(silent), sum(refused), sum(repeats)
FROM
(
    SELECT day, source, level_1 AS l1, level_2 AS l2, level_3 AS l3, level_4 AS l4, level_5 AS l5,
        default_1 AS d1, default_2 AS d2, default_3 AS d3, default_4 AS d4, default_5 AS d5,
        unanswered AS silent, declined AS refused, 0 AS repeats
    FROM stage_base
    WHERE part = 'rating' AND source != ''
    UNION ALL
    SELECT event_day, source, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, uniqExact(id, content_hash)
    FROM ratings
    WHERE event_day IN {days:Array(Date)} AND NOT test AND NOT probe
        AND (id, content_hash, event_day) IN (SELECT id, content_hash, event_day FROM stage_superseded WHERE assess > 0)
    GROUP BY event_day, source
)
GROUP BY day, source
HAVING sum(l1 + l2 + l3 + l4 + l5 + d1 + d2 + d3 + d4 + d5 + silent + refused + repeats) > 0
