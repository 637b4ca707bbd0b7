SELECT
    run_id,
    flow,
    started_at,
    extract(epoch FROM finished_at - started_at)::float AS seconds,
    state,
    received,
    added,
    revised,
    unchanged,
    duplicates,
    rejected
FROM newswire.run
ORDER BY started_at DESC
LIMIT %(most)s;
