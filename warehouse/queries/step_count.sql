-- Rows of steps, repeats that are not merged yet included.
-- Called by Steps. Cost: none to speak of, from the parts' own counts.
SELECT count() FROM follow_ups
