-- What is kept of the refused records of one page.
-- Called by Desk. Cost: the granules of the page.
SELECT id, fields, codes, reasons, redacted
FROM refused
WHERE received_at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')} AND id IN {ids:Array(UUID)}
LIMIT 1 BY id
