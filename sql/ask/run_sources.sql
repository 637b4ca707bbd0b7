-- One run, source by source; every source it touched has a tally, if only of zeros. The error is
-- that of this run's own poll of the whole source: one file of a folder is a rejection instead.
SELECT
    t.source,
    sum(t.received) AS received,
    sum(t.added) AS added,
    sum(t.revised) AS revised,
    sum(t.unchanged) AS unchanged,
    sum(t.duplicates) AS duplicates,
    sum(t.rejected) AS rejected,
    sum(t.seconds) AS seconds,
    (
        SELECT p.error
        FROM newswire.poll AS p
        JOIN newswire.source AS s ON s.name = p.source
        WHERE
            p.source = t.source
            AND p.run_id = %(run_id)s
            AND p.outcome = 'failed'
            AND (s.kind = 'http' OR p.location = '.')
            -- For the index, which knows no run.
            AND p.polled_at >= (
                SELECT r.started_at FROM newswire.run AS r WHERE r.run_id = %(run_id)s
            )
        ORDER BY p.polled_at DESC
        LIMIT 1
    ) AS error
FROM newswire.tally AS t
WHERE t.run_id = %(run_id)s
GROUP BY t.source
ORDER BY t.source;
