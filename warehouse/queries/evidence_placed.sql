-- Whom the records of chosen count for, by the rule of day_department: leaf, the region; unit, the department; with the
-- path of the one and the line of the other. Part of the evidence_*.sql files, after chosen.
-- Cost: the rows of chosen, and the directory.
    placed AS
    (
        SELECT a.*, paths.path AS path, lines.unit_line AS unit_line
        FROM
        (
            SELECT c.*, item_department,
                multiIf(known_region != '', known_region, hall_region != '', hall_region,
                    department_code != '', department_region, item_region) AS leaf,
                if(department_code != '', department_code, item_department) AS unit
            FROM
            (
                SELECT *, if(region_raw != region AND region_raw IN (SELECT region FROM region_paths), region_raw, region) AS place FROM chosen
            ) AS c
            LEFT ANY JOIN (SELECT region AS known_region FROM region_paths FINAL) AS known ON c.place = known.known_region
            LEFT ANY JOIN
            (
                SELECT code AS hall_code, region AS hall_region FROM halls FINAL WHERE region IN (SELECT region FROM region_paths)
            ) AS at_hall ON c.hall = at_hall.hall_code
            LEFT ANY JOIN
            (
                SELECT code AS department_code, if(region IN (SELECT region FROM region_paths), region, '') AS department_region
                FROM departments FINAL
            ) AS of_department ON c.department = of_department.department_code
            LEFT ANY JOIN
            (
                SELECT i.code AS item_code, d.code AS item_department,
                    if(d.region IN (SELECT region FROM region_paths), d.region, '') AS item_region
                FROM (SELECT code, department FROM items FINAL) AS i
                INNER JOIN (SELECT code, region FROM departments FINAL) AS d ON i.department = d.code
            ) AS of_item ON c.item = of_item.item_code
        ) AS a
        LEFT ANY JOIN (SELECT region AS path_region, path FROM region_paths FINAL) AS paths ON a.leaf = paths.path_region
        LEFT ANY JOIN (SELECT code AS line_code, line AS unit_line FROM departments FINAL) AS lines ON a.unit = lines.line_code
    )
