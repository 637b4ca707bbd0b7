-- What did the runs of the last week do, and how fast?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/runs_of_the_week.sql
--
-- since: a moment; default: 7 days before the latest run began

\if :{?since}
\else
SELECT coalesce(max(started_at), now()) - interval '7 days' AS since
FROM newswire.run
\gset
\endif

-- A run on a quiet day has few items and many polls: per_second is null rather than a figure that
-- says nothing about speed.
SELECT
    started_at,
    flow,
    state,
    received,
    added,
    revised,
    unchanged,
    rejected,
    duplicates,
    round(extract(EPOCH FROM finished_at - started_at), 1) AS seconds,
    CASE
        WHEN received >= 100
            THEN round(received / nullif(extract(EPOCH FROM finished_at - started_at), 0), 1)
    END AS per_second,
    (
        SELECT count(*)
        FROM newswire.poll AS p
        WHERE p.run_id = r.run_id AND p.outcome = 'failed'
    ) AS failed_polls,
    run_id
FROM newswire.run AS r
WHERE started_at >= :'since'::timestamptz
ORDER BY
    started_at DESC,
    run_id;
