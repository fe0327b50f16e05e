-- What each source sent of each day. Called by SourceDays. Cost: one row for each day and source.
SELECT day, source, level_1, level_2, level_3, level_4, level_5,
    default_1, default_2, default_3, default_4, default_5, unanswered, declined, superseded
FROM day_source
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day, source
