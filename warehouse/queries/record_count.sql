-- Rows of raw records, repeats that are not merged yet included.
-- Called by Records. Cost: none to speak of, from the parts' own counts.
SELECT (SELECT count() FROM ratings) + (SELECT count() FROM cases) + (SELECT count() FROM tallies)
