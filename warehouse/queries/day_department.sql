-- Attribution (the rule of directory.Attribute): codes as recorded become a leaf region and a
-- department through the directory of today; '' is unattributed.
-- Called by Recompute. Cost: the rows of stage_base.
INSERT INTO stage_day_department (day, part, region, department, {{columns}})
SELECT f.day, f.part,
    multiIf(known.region != '', known.region, hall.region != '', hall.region,
            department.code != '', department.region, item.region) AS leaf,
    if(department.code != '', department.code, item.department) AS unit,
    {{sums}}
FROM stage_base AS f
LEFT ANY JOIN (SELECT region FROM region_paths FINAL) AS known ON f.region = known.region
LEFT ANY JOIN (
    SELECT code, region FROM halls FINAL WHERE region IN (SELECT region FROM region_paths)
) AS hall ON f.hall = hall.code
LEFT ANY JOIN (
    SELECT code, if(region IN (SELECT region FROM region_paths), region, '') AS region FROM departments FINAL
) AS department ON f.department = department.code
LEFT ANY JOIN (
    SELECT i.code AS code, d.code AS department, if(d.region IN (SELECT region FROM region_paths), d.region, '') AS region
    FROM (SELECT code, department FROM items FINAL WHERE code IN (SELECT item FROM stage_base WHERE item != '')) AS i
    INNER JOIN (SELECT code, region FROM departments FINAL) AS d ON i.department = d.code
) AS item ON f.item = item.code
GROUP BY f.day, f.part, leaf, unit
