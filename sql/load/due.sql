SELECT name
FROM newswire.source
WHERE name = ANY(%(names)s::text[]) AND enabled AND every IS NOT NULL AND next_poll_at <= now()
ORDER BY next_poll_at, name;
