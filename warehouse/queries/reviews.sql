-- Valid bad first ratings within a reader's scope, one page of them in the order of their clocks: those with the nearest
-- or longest passed deadline first, then those whose deadline is not known, then those with nothing left to do, the
-- newest first. Which ratings count and for whom is the rule of bad_reviews, rating_counts and day_department.
-- contact and rectify hold the deadlines of each day of the period, in seconds; 0 = not known.
-- Called by Reviews and, with one id and its day, by Review. Grain: a rating. Cost: the bad ratings of the period,
-- three times over, and the keys that collided.
-- Never read here: who rated and how to reach them.
WITH
{{rating_losers}},
    bad AS
    (
        SELECT event_day, id, content_hash, region_raw, region, hall, window, department, item, channel, source, case_id, level, tags, comment
        FROM bad_ratings
        WHERE event_day BETWEEN {from:Date} AND {to:Date}
            AND (NOT {one:Bool} OR id = {id:UUID})
            AND (empty({halls:Array(String)}) OR has({halls:Array(String)}, hall))
            AND ({tag:String} = '' OR has(tags, {tag:String}))
            AND ({text:String} = '' OR positionCaseInsensitiveUTF8(comment, {text:String}) > 0)
            AND (id, content_hash, event_day) NOT IN (SELECT id, content_hash, event_day FROM losers)
        LIMIT 1 BY event_day, id, content_hash
    ),
    placed AS
    (
        SELECT bad.event_day AS event_day, bad.id AS id, bad.hall AS hall, bad.window AS window, bad.item AS item,
            bad.channel AS channel, bad.source AS source, bad.case_id AS case_id, bad.level AS level, bad.tags AS tags, bad.comment AS comment,
            multiIf(known.region != '', known.region, at_hall.region != '', at_hall.region,
                of_department.code != '', of_department.region, of_item.region) AS leaf,
            if(of_department.code != '', of_department.code, of_item.department) AS unit
        FROM
        (
            SELECT *, if(region_raw != region AND region_raw IN (SELECT region FROM region_paths), region_raw, region) AS place
            FROM bad
        ) AS bad
        LEFT ANY JOIN (SELECT region FROM region_paths FINAL) AS known ON bad.place = known.region
        LEFT ANY JOIN
        (
            SELECT code, region FROM halls FINAL WHERE region IN (SELECT region FROM region_paths)
        ) AS at_hall ON bad.hall = at_hall.code
        LEFT ANY JOIN
        (
            SELECT code, if(region IN (SELECT region FROM region_paths), region, '') AS region FROM departments FINAL
        ) AS of_department ON bad.department = of_department.code
        LEFT ANY JOIN
        (
            SELECT i.code AS code, d.code AS department, if(d.region IN (SELECT region FROM region_paths), d.region, '') AS region
            FROM (SELECT code, department FROM items FINAL WHERE code IN (SELECT item FROM bad WHERE item != '')) AS i
            INNER JOIN (SELECT code, region FROM departments FINAL) AS d ON i.department = d.code
        ) AS of_item ON bad.item = of_item.code
    ),
    handled AS
    (
        SELECT placed.*, paths.path AS path, done.excluded AS excluded,
            multiIf(toUnixTimestamp64Milli(done.rectified_at) > 0, 'rectified', done.dismissed, 'dismissed',
                toUnixTimestamp64Milli(done.contacted_at) > 0, 'contacted', 'open') AS state,
            {contact:Array(Int64)}[toUInt32(event_day - {from:Date}) + 1] AS contact_due,
            {rectify:Array(Int64)}[toUInt32(event_day - {from:Date}) + 1] AS rectify_due,
            multiIf(state = 'open', contact_due, state = 'contacted', rectify_due, toInt64(0)) AS due,
            multiIf(state IN ('rectified', 'dismissed'), toInt64(2000000000000) - toInt64(toUInt16(event_day)),
                due = 0, toInt64(1000000000000), due) AS clock,
            sipHash64(id) AS tie
        FROM placed
        LEFT ANY JOIN (SELECT region, path FROM region_paths FINAL) AS paths ON placed.leaf = paths.region
        LEFT JOIN
        (
{{review_state}}
        ) AS done ON placed.id = done.rating_id
    )
SELECT event_day, id, leaf, unit, hall, window, item, channel, source, case_id, level, tags, comment,
    excluded, state, contact_due, rectify_due, clock, tie
FROM handled
WHERE {{scope}}
    AND (NOT excluded OR {one:Bool})
    AND (empty({regions:Array(String)}) OR hasAny(path, {regions:Array(String)}))
    AND (empty({departments:Array(String)}) OR has({departments:Array(String)}, unit))
    AND ({state:String} = '' OR state = {state:String})
    AND (clock, tie) > ({after:Int64}, {after_tie:UInt64})
ORDER BY clock, tie
LIMIT {limit:UInt32}
