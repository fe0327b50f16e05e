-- The states of one announced batch in the order of their receipt, what was announced first.
-- Called by Announcements. Cost: one batch.
SELECT received_at, collector, content_hash, sender, records, count, hash, delivered,
    arrived, hash_matches, accepted, unattributed, duplicate, refused, conflicts, reasons
FROM announcements FINAL
WHERE source = {source:String} AND id = {id:String}
ORDER BY delivered, received_at, collector, content_hash
LIMIT 1000
