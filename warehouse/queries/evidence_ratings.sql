-- Every stored rating of a unit in a period and why it does not count, by the rules of superseded and rating_counts;
-- with those that were given in the period for a service outside it, and those that name the unit and count for another.
-- Called by Ratings of Evidence, and within evidence_counts. Grain: a rating and content.
-- Cost: some columns of the ratings of the period with FINAL, and the days of rating beside it.
-- Never read here: who rated, how to reach them, and what they wrote.
WITH
{{rating_losers}},
    winners AS
    (
        SELECT id, content_hash, event_day, first_value(id) OVER (PARTITION BY key, assess ORDER BY answer_weight DESC, rated_at, id) AS winner
        FROM members
        WHERE assess > 0 AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM conflicting)
    ),
    chosen AS
    (
        SELECT event_day, id, content_hash, region_raw, region, hall, window, department, item, channel, source, case_id,
            if(service_number != '', service_number, stage) AS service, assess_number, answer, level, rated_at, received_at,
            device_id, device_seq, test, probe
        FROM ratings FINAL
        WHERE (event_day BETWEEN {from:Date} AND {to:Date}
                OR event_day BETWEEN {early:Date} AND {afterwards:Date} AND toDate(rated_at, {zone:String}) BETWEEN {from:Date} AND {to:Date})
            AND {{recorded}}
    ),
{{placed}}
SELECT
    multiIf(
        NOT ({{unit}}), 'other_unit',
        event_day NOT BETWEEN {from:Date} AND {to:Date}, 'out_of_period',
        test, 'test',
        probe, 'probe',
        (id, content_hash, event_day) IN (SELECT id, content_hash, event_day FROM conflicting), 'conflict',
        (id, content_hash, event_day) IN (SELECT id, content_hash, event_day FROM losers), 'superseded',
        id IN (
            SELECT rating_id FROM follow_ups FINAL WHERE step IN ('excluded', 'reinstated')
            GROUP BY rating_id HAVING argMax(step, (at, id, content_hash)) = 'excluded'
        ), 'excluded',
        answer = 'active', if(assess_number = 2, 'reassessment', ''),
        answer = 'default', if(assess_number = 1, 'default', 'default_again'),
        answer) AS reason,
    event_day, id, source, case_id, service, assess_number, answer, level, channel, rated_at, received_at,
    CAST(received_at > toDateTime64(event_day + 1, 3, {zone:String}) + toIntervalSecond({late:Int64}), 'Bool') AS is_late,
    device_id, device_seq, leaf, unit, hall, window, item,
    if(reason = 'superseded', w.winner, toUUID('00000000-0000-0000-0000-000000000000')) AS counts_instead
FROM placed
LEFT ANY JOIN (SELECT id AS loser, content_hash AS loser_hash, event_day AS loser_day, winner FROM winners) AS w
    ON placed.id = w.loser AND placed.content_hash = w.loser_hash AND placed.event_day = w.loser_day
WHERE ({{unit}}) OR (({{near}}) AND {{scope}})
ORDER BY event_day, id, content_hash
