-- What documents are about, without their bytes. Grain: one row a document; a repeated insert stands there once.
-- Called by EditionDocuments.
SELECT number, hash, any(sealed), any(revision), any(draft), any(scheme), any(period_from), any(period_to), any(data_hash),
    any(generation), min(edition_documents.at)
FROM edition_documents
WHERE {number:String} = '' OR number = {number:String}
GROUP BY number, hash
ORDER BY number, hash
