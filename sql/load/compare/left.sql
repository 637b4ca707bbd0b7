-- How many of a stretch have been compared, and how many are left.
SELECT
    coalesce(p.compared, 0) AS compared,
    (
        SELECT count(*)
        FROM newswire.dispatch AS d
        WHERE
            coalesce(d.published_at, d.first_seen_at) >= s.since
            AND coalesce(d.published_at, d.first_seen_at) < s.until
            AND (
                p.since IS NULL
                OR (coalesce(d.published_at, d.first_seen_at), d.dispatch_id) > (p.at, p.dispatch_id)
            )
    ) AS remaining
FROM (
    SELECT
        coalesce(%(since)s::timestamptz, '-infinity') AS since,
        coalesce(%(until)s::timestamptz, 'infinity') AS until
) AS s
LEFT JOIN newswire.comparison AS p ON p.since = s.since AND p.until = s.until;
