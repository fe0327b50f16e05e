-- Every added version of a scheme; of all ids, without the texts, where none is named. Of several rows with the same
-- id and version the earliest counts. Called by Schemes and AddScheme. Grain: id × version. Cost: the named id is read
-- from the sorting key; the texts of one scheme are small.
SELECT id, version,
    if({id:String} = '', '', argMin(text, (added_at, hash))) AS first_text,
    argMin(hash, (added_at, hash)) AS first_hash,
    min(added_at) AS first_at,
    argMin(added_by, (added_at, hash)) AS first_by
FROM schemes
WHERE {id:String} = '' OR id = {id:String}
GROUP BY id, version
ORDER BY id, version
