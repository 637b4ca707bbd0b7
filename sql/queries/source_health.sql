-- How do the sources do: which fail, which have fallen silent?
--
-- psql "$(newswire dsn)" -f sql/queries/source_health.sql

-- A source can answer every poll and still be dead; quiet_for tells: how long it has brought
-- nothing new, up to its last good poll, so that a newswire that was off is not held against it.
SELECT
    source,
    health,
    failures,
    last_good_at,
    last_dispatch_at,
    greatest(last_good_at, last_dispatch_at) - last_dispatch_at AS quiet_for,
    next_poll_at,
    polls_24h,
    failed_24h,
    dispatches,
    open_rejections,
    last_error
FROM newswire.source_health
ORDER BY
    array_position(ARRAY['failing', 'never polled', 'healthy', 'disabled'], health),
    failures DESC,
    quiet_for DESC NULLS FIRST,
    source;
