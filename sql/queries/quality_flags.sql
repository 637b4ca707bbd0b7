-- What looks wrong in the dispatches, and where does it come from?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/quality_flags.sql
--
-- since: a moment of arrival; default: the whole archive

\if :{?since}
\else
\set since '-infinity'
\endif

WITH arrived AS (
    SELECT
        dispatch_id,
        source,
        headline,
        quality,
        first_seen_at,
        status = 'usable' AND (embargoed_until IS NULL OR embargoed_until <= now()) AS may_be_shown,
        count(*) OVER (PARTITION BY source) AS of_source
    FROM newswire.dispatch
    WHERE first_seen_at >= :'since'::timestamptz
)

-- An example a line, so that a flag can be judged by a text; never one that is held back.
SELECT
    f.flag,
    a.source,
    count(*) AS dispatches,
    round(100.0 * count(*) / max(a.of_source), 1) AS percent_of_source,
    (
        array_agg(a.headline ORDER BY a.first_seen_at DESC, a.dispatch_id)
        FILTER (WHERE a.may_be_shown)
    )[1] AS example,
    (
        array_agg(a.dispatch_id ORDER BY a.first_seen_at DESC, a.dispatch_id)
        FILTER (WHERE a.may_be_shown)
    )[1] AS example_id
FROM arrived AS a
CROSS JOIN LATERAL unnest(a.quality) AS f (flag)
GROUP BY
    f.flag,
    a.source
ORDER BY
    dispatches DESC,
    f.flag,
    a.source;
