-- Facts by some dimension. Called by Facts, which puts in fixed fragments: the keys, the sums, and the
-- day and month tables that together cover the period. Cost: the rows of the period that pass the filter.
SELECT {{keys}}, {{figures}}
FROM ({{tables}}) AS f
GROUP BY {{groups}}
ORDER BY {{groups}}
