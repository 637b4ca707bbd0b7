INSERT INTO newswire.comparison AS p (since, until, at, dispatch_id, compared)
VALUES (
    coalesce(%(since)s::timestamptz, '-infinity'),
    coalesce(%(until)s::timestamptz, 'infinity'),
    %(at)s,
    %(dispatch_id)s,
    %(compared)s
)
ON CONFLICT (since, until) DO UPDATE SET
    at = excluded.at,
    dispatch_id = excluded.dispatch_id,
    compared = p.compared + excluded.compared;
