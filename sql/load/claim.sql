-- A source is polled by one run at a time. The lock lives as long as the transaction that takes
-- it, and so dies with the run, however the run dies: no lease is left to expire.
SELECT name
FROM unnest(%(names)s::text[]) AS name
WHERE pg_try_advisory_xact_lock(hashtextextended('newswire poll ' || name, 0));
