-- The next of a stretch, in the order of time.
SELECT
    d.dispatch_id,
    coalesce(d.published_at, d.first_seen_at) AS at,
    d.headline,
    d.body
FROM newswire.dispatch AS d
WHERE
    coalesce(d.published_at, d.first_seen_at) >= coalesce(%(since)s::timestamptz, '-infinity')
    AND coalesce(d.published_at, d.first_seen_at) < coalesce(%(until)s::timestamptz, 'infinity')
    AND (coalesce(d.published_at, d.first_seen_at), d.dispatch_id) > (
        coalesce(
            (
                SELECT p.at
                FROM newswire.comparison AS p
                WHERE
                    p.since = coalesce(%(since)s::timestamptz, '-infinity')
                    AND p.until = coalesce(%(until)s::timestamptz, 'infinity')
            ),
            '-infinity'
        ),
        coalesce(
            (
                SELECT p.dispatch_id
                FROM newswire.comparison AS p
                WHERE
                    p.since = coalesce(%(since)s::timestamptz, '-infinity')
                    AND p.until = coalesce(%(until)s::timestamptz, 'infinity')
            ),
            '00000000-0000-0000-0000-000000000000'
        )
    )
ORDER BY coalesce(d.published_at, d.first_seen_at), d.dispatch_id
LIMIT %(most)s;
