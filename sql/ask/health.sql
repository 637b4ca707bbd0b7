SELECT
    source,
    health,
    dispatches,
    last_polled_at,
    last_dispatch_at,
    next_poll_at,
    failures,
    open_rejections,
    last_error
FROM newswire.source_health
ORDER BY source;
