-- To the end of the transaction. Every table here is far larger than what is looked up in it, by
-- an index that is in memory: planned with the defaults, a batch of a thousand was at times joined
-- by reading all of an archive.
SET LOCAL random_page_cost = 1.1;
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB';
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_seqscan = off;
