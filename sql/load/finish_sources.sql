-- A source is due again one interval after its poll. One that keeps failing is asked ever less
-- often, each failure doubling the wait up to a day: it is probably down, and not waiting for us.
-- Rows are locked in the order in which the catalogue is recorded: neither can block the other.
WITH locked AS MATERIALIZED (
    SELECT name
    FROM newswire.source
    WHERE name = ANY(%(source)s::text[])
    ORDER BY name
    FOR NO KEY UPDATE
)

UPDATE newswire.source AS s
SET
    failures = CASE WHEN f.error IS NULL THEN 0 ELSE s.failures + 1 END,
    last_error = f.error,
    next_poll_at = %(moment)s + CASE
        WHEN f.error IS NULL THEN coalesce(s.every, interval '0')
        ELSE least(
            interval '1 day',
            coalesce(s.every, interval '5 minutes') * power(2, least(s.failures, 12))
        )
    END
FROM locked AS l
JOIN unnest(%(source)s::text[], %(error)s::text[]) AS f (source, error) ON f.source = l.name
WHERE s.name = l.name;
