-- Ratings of a stretch of days as a province gives them: a few busy departments and many small ones, nearly all good,
-- some booked by default, some unanswered; few on weekends. Called by World.Fill. Grain: a rating.
INSERT INTO ratings (event_day, region, region_raw, department, id, content_hash, source, hall, window, item, staff, answer, answer_weight,
    level, channel, tags, rated_at, rated_at_raw, served_at, assess_number, event_key, received_at, collector)
SELECT day, place, place, concat('D', toString(office)), generateUUIDv7(number), cityHash64(number, {seed:UInt64}),
    concat('S', toString(office % 12)), concat('H', toString(town)), toString(1 + dice % 8), concat('I', toString(office + 2000 * (dice % 2))),
    concat('C', toString(dice % 40)),
    multiIf(luck < 0.85, 'active', luck < 0.95, 'default', 'unanswered'), multiIf(luck < 0.85, 3, luck < 0.95, 2, 1),
    if(luck >= 0.95, 0, multiIf(taste < 0.985, 5, taste < 0.995, 4, taste < 0.9989, 3, taste < 0.9995, 2, 1)),
    ['tablet', 'qr', 'web', 'mobile', 'terminal'][1 + dice % 5], if(luck < 0.85 AND dice % 3 = 0, [toString(510 + dice % 8)], []),
    at, at, at, 1, reinterpretAsUUID(sipHash128(number, {seed:UInt64})), at, 'bench'
FROM
(
    SELECT number, dice, luck, taste, office, office % 1440 AS town,
        {from:Date} + intDiv(number * {days:UInt64}, {rows:UInt64}) AS uniform,
        if(toDayOfWeek(uniform) > 5 AND dice % 10 < 8 AND uniform >= {from:Date} + 4, uniform - 1 - dice % 4, uniform) AS day,
        if(dice % 100 < 70, concat('99', leftPad(toString(1 + intDiv(town, 72)), 2, '0'), leftPad(toString(1 + intDiv(town, 12) % 6), 2, '0'),
            leftPad(toString(1 + town % 12), 3, '0')), '') AS place,
        toDateTime64(day, 3, 'Asia/Shanghai') + INTERVAL 32400 + cityHash64(number, 4) % 30000 SECOND AS at
    FROM
    (
        SELECT number, intDiv(cityHash64(number, {seed:UInt64}), 1024) AS dice, (cityHash64(number, 1) % 1000003) / 1000003 AS luck,
            (cityHash64(number, 2) % 1000003) / 1000003 AS taste,
            toUInt32(2000 * pow((cityHash64(number, 3, {seed:UInt64}) % 1000003) / 1000003, 1.7)) AS office
        FROM numbers({rows:UInt64})
    )
)
