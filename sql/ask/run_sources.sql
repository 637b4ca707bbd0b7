-- One run, source by source; every source it touched has a tally, if only of zeros.
SELECT
    t.source,
    sum(t.received) AS received,
    sum(t.added) AS added,
    sum(t.revised) AS revised,
    sum(t.unchanged) AS unchanged,
    sum(t.duplicates) AS duplicates,
    sum(t.rejected) AS rejected,
    sum(t.seconds) AS seconds,
    max(s.last_error) AS error
FROM newswire.tally AS t
LEFT JOIN newswire.source AS s ON s.name = t.source
WHERE t.run_id = %(run_id)s
GROUP BY t.source
ORDER BY t.source;
