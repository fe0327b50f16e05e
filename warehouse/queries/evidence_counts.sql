-- How many records a pack would hold, by reason and by what they add to. Called by Survey of Evidence with each of the
-- other evidence_*.sql files as records, and the columns and sums of its kind. Cost: that of the file.
SELECT {{keys}}, count(), {{sums_of}} FROM ({{records}}) GROUP BY {{keys}}
