-- Every record counts once at each of the upper three levels above it, by line.
-- Called by Recompute after day_department. Cost: three times the rows of stage_day_department.
INSERT INTO stage_day_region (day, part, region, line, parent, depth, {{columns}})
SELECT f.day, f.part, node.1 AS region, department.line AS line, node.2 AS parent, node.3 AS depth, {{sums}}
FROM
(
    SELECT d.*, arrayJoin(if(empty(paths.path), [('', '', 0)],
        arrayMap((code, parent, depth) -> (code, parent, depth), arraySlice(paths.path, 1, 3),
            arraySlice(arrayPushFront(paths.path, ''), 1, least(length(paths.path), 3)),
            arraySlice(arrayEnumerate(paths.path), 1, 3)))) AS node
    FROM stage_day_department AS d
    LEFT ANY JOIN (SELECT region, path FROM region_paths FINAL) AS paths ON d.region = paths.region
) AS f
LEFT ANY JOIN (SELECT code, line FROM departments FINAL) AS department ON f.department = department.code
GROUP BY f.day, f.part, region, line, parent, depth
