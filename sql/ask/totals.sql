SELECT
    (SELECT count(*) FROM newswire.dispatch) AS dispatches,
    (SELECT count(*) FROM newswire.revision) AS revisions,
    (SELECT count(*) FROM newswire.dispatch WHERE duplicate_of IS NOT NULL) AS copies,
    (SELECT count(*) FROM newswire.dispatch WHERE status = 'canceled') AS canceled,
    (SELECT count(*) FROM newswire.dispatch WHERE status = 'withheld') AS withheld,
    (SELECT count(*) FROM newswire.document) AS documents,
    (SELECT count(*) FROM newswire.rejection WHERE resolved_at IS NULL) AS open_rejections,
    (SELECT count(*) FROM newswire.search_pending) AS waiting_for_search,
    (SELECT max(first_seen_at) FROM newswire.dispatch) AS newest_at,
    pg_size_pretty(pg_database_size(current_database())) AS size,
    current_setting('server_version') AS postgresql;
