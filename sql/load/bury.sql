-- Runs that died without a word. MATERIALIZED, so that a lock is only tried for runs that are
-- said to be running.
WITH running AS MATERIALIZED (
    SELECT run_id
    FROM newswire.run
    WHERE state = 'Running'
)

UPDATE newswire.run AS r
SET state = 'Crashed', finished_at = now()
FROM running AS g
WHERE
    r.run_id = g.run_id
    AND pg_try_advisory_xact_lock(hashtextextended('newswire run ' || g.run_id::text, 0));
