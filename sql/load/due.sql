-- A source polled every five minutes by a run every five minutes is due a few seconds after the
-- next run begins: some slack, or it would be polled at every other run only.
SELECT name
FROM newswire.source
WHERE
    name = ANY(%(names)s::text[])
    AND enabled
    AND every IS NOT NULL
    AND next_poll_at <= now() + least(every / 5, interval '1 minute')
ORDER BY next_poll_at, name;
