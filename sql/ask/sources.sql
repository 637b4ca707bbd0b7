SELECT
    s.name,
    s.kind,
    s.location,
    s.format,
    s.agency,
    s.language,
    s.timezone,
    s.every,
    s.enabled,
    h.health,
    h.dispatches,
    h.last_polled_at,
    s.next_poll_at
FROM newswire.source AS s
JOIN newswire.source_health AS h ON h.source = s.name
ORDER BY s.name;
