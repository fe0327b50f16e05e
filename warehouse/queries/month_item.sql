-- Called by RecomputeItems after the base of the month is filled. Grain: month x item x department.
INSERT INTO stage_month_item (month, part, item, department, {{columns}})
SELECT toStartOfMonth(f.day) AS month, f.part, f.item,
    if(department.code != '', department.code, item.department) AS unit, {{sums}}
FROM stage_base AS f
LEFT ANY JOIN (SELECT code FROM departments FINAL) AS department ON f.department = department.code
LEFT ANY JOIN (
    SELECT code, department FROM items FINAL
    WHERE code IN (SELECT item FROM stage_base WHERE item != '') AND department IN (SELECT code FROM departments)
) AS item ON f.item = item.code
WHERE f.item != ''
GROUP BY month, f.part, f.item, unit
