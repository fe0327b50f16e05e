-- The bytes of one document. Called by EditionDocument; reads one document of up to some megabytes.
SELECT body
FROM edition_documents
WHERE number = {number:String} AND hash = {hash:String}
LIMIT 1
