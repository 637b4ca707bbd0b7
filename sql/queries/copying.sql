-- Who copies whom, how much of it, and how fast?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/copying.sql
--
-- since: a moment; copies that arrived after it; default: the whole archive

\if :{?since}
\else
\set since '-infinity'
\endif

-- Copied is the outlet that had the story first, by the dates the outlets give. Delays are of
-- those copies alone where both dates have a time of day.
SELECT
    c.source AS copier,
    o.source AS copied,
    count(*) AS copies,
    round(100 * avg(f.share)::numeric, 0) AS percent_taken,
    count(f.delay) AS timed,
    min(f.delay) AS fastest,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY f.delay) AS half_within,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY f.delay) AS nine_in_ten_within
FROM newswire.family AS f
JOIN newswire.dispatch AS c ON c.dispatch_id = f.dispatch_id
JOIN newswire.dispatch AS o ON o.dispatch_id = f.original_id
WHERE
    c.source <> o.source
    AND c.first_seen_at >= :'since'::timestamptz
GROUP BY
    c.source,
    o.source
ORDER BY
    copies DESC,
    half_within NULLS LAST,
    copier,
    copied;
