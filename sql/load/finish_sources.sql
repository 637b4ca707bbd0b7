-- A source is due again one interval after its poll. One that keeps failing is asked ever less
-- often, each failure doubling the wait up to a day: it is probably down, and not waiting for us.
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
FROM unnest(%(source)s::text[], %(error)s::text[]) AS f (source, error)
WHERE s.name = f.source;
