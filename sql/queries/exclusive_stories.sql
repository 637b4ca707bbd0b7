-- Which stories does one outlet have alone?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/exclusive_stories.sql
--
-- since: a moment; stories that arrived after it; default: 7 days before the latest arrival

\if :{?since}
\else
SELECT coalesce(max(first_seen_at), now()) - interval '7 days' AS since
FROM newswire.dispatch
\gset
\endif

-- Each as its latest version reads. What is an hour old may yet be copied: alone_for says how
-- long it has not been, up to the latest arrival of all.
SELECT
    p.source,
    o.published_at,
    CASE
        WHEN o.published_precision <> 'day'
            THEN (SELECT max(a.first_seen_at) FROM newswire.dispatch AS a) - o.published_at
    END AS alone_for,
    (
        SELECT count(*)
        FROM newswire.dispatch AS v
        WHERE coalesce(v.duplicate_of, v.dispatch_id) = o.dispatch_id
    ) AS versions,
    p.word_count,
    p.language,
    p.headline,
    p.url,
    p.dispatch_id
FROM newswire.publishable AS p
JOIN newswire.dispatch AS o ON o.dispatch_id = coalesce(p.duplicate_of, p.dispatch_id)
WHERE
    o.first_seen_at >= :'since'::timestamptz
    AND NOT EXISTS (
        SELECT FROM newswire.dispatch AS c
        WHERE c.duplicate_of = o.dispatch_id AND c.source <> o.source
    )
ORDER BY
    p.source,
    o.published_at DESC NULLS LAST,
    p.dispatch_id;
