-- What could not be loaded, and why?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/rejections_by_code.sql
--
-- since: a moment of rejection; default: the whole archive
--
-- `newswire rejections` lists them one by one and tries them again.

\if :{?since}
\else
\set since '-infinity'
\endif

SELECT
    source,
    stage,
    code,
    count(*) FILTER (WHERE resolved_at IS NULL) AS open,
    count(resolved_at) AS resolved,
    min(rejected_at) AS first_at,
    max(rejected_at) AS last_at,
    -- The latest one that is still open, if any is: that is the one to look into.
    (array_agg(item ORDER BY resolved_at NULLS FIRST, rejected_at DESC, rejection_id))[1]
        AS example_item,
    (array_agg(message ORDER BY resolved_at NULLS FIRST, rejected_at DESC, rejection_id))[1]
        AS example_message
FROM newswire.rejection
WHERE rejected_at >= :'since'::timestamptz
GROUP BY
    source,
    stage,
    code
ORDER BY
    open DESC,
    resolved DESC,
    source,
    stage,
    code;
