-- The newest state of the facts; number 0 before the first restatement.
SELECT max(number), argMax(data_time, number), argMax(records, number) FROM generations
