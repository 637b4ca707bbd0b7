-- The original and everything made of it, the original first; a day is a day of its source's zone.
WITH asked AS (
    SELECT coalesce(duplicate_of, dispatch_id) AS original_id
    FROM newswire.dispatch
    WHERE dispatch_id = %(dispatch_id)s
)

SELECT
    d.dispatch_id,
    f.relation,
    f.of_dispatch_id,
    f.share,
    f.jaccard,
    f.delay,
    d.source,
    d.credit,
    d.published_at,
    to_char(
        d.published_at
        AT TIME ZONE CASE d.published_precision WHEN 'day' THEN coalesce(s.timezone, 'UTC') ELSE 'UTC' END,
        CASE d.published_precision WHEN 'day' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI"Z"' END
    ) AS published,
    d.status,
    d.embargoed_until > now() AS embargoed,
    EXISTS (SELECT FROM newswire.publishable AS p WHERE p.dispatch_id = d.dispatch_id) AS publishable,
    d.headline
FROM asked
JOIN newswire.family AS f USING (original_id)
JOIN newswire.dispatch AS d USING (dispatch_id)
LEFT JOIN newswire.source AS s ON s.name = d.source
ORDER BY d.duplicate_of IS NOT NULL, coalesce(d.published_at, d.first_seen_at), d.dispatch_id;
