-- Every event of one edition, or of all with an empty number, in the order in which they were stored.
-- Grain: one row an event. Called by EditionLedgers and appendEdition; a few dozen rows an edition.
SELECT number, body
FROM edition_events
WHERE {number:String} = '' OR number = {number:String}
ORDER BY number, sequence, stored_at, body
