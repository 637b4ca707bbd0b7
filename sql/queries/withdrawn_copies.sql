-- Where does what was withdrawn still stand?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/withdrawn_copies.sql
--
-- since: a moment; what was withdrawn after it; default: the whole archive

\if :{?since}
\else
\set since '-infinity'
\endif

-- A withdrawn dispatch that nobody copied is one row, without a copy. What was withdrawn before it
-- could be shown is not told.
WITH withdrawn AS (
    SELECT
        d.dispatch_id,
        d.source,
        d.headline,
        min(r.recorded_at) FILTER (WHERE r.status = 'canceled') AS withdrawn_at,
        bool_or(newswire.may_be_shown(r.status, r.embargoed_until)) AS was_shown
    FROM newswire.dispatch AS d
    JOIN newswire.revision AS r ON r.dispatch_id = d.dispatch_id
    WHERE d.status = 'canceled'
    GROUP BY d.dispatch_id
)

SELECT
    w.withdrawn_at,
    w.source AS withdrawn_by,
    CASE WHEN w.was_shown THEN w.headline END AS withdrawn,
    c.source AS copied_by,
    c.published_at,
    c.headline,
    c.relation,
    round(100 * c.share::numeric, 0) AS percent_taken,
    c.url,
    c.dispatch_id,
    w.dispatch_id AS withdrawn_id
FROM withdrawn AS w
LEFT JOIN newswire.withdrawn_copies AS c ON c.original_id = w.dispatch_id
WHERE w.withdrawn_at >= :'since'::timestamptz
ORDER BY
    w.withdrawn_at DESC,
    w.dispatch_id,
    c.published_at NULLS LAST,
    c.dispatch_id;
