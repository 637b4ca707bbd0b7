-- Loads of one source go one after another, so that what is decided from its archived states
-- still holds when it is written. Always in the same order: two loads cannot block one another.
SELECT pg_advisory_xact_lock(hashtextextended('newswire load ' || name, 0))
FROM (SELECT name FROM unnest(%(sources)s::text[]) AS name ORDER BY name) AS sorted;
