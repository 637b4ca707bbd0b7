SELECT x.body
FROM newswire.revision AS r
JOIN newswire.document AS x ON x.sha256 = r.sha256
WHERE
    r.dispatch_id = %(dispatch_id)s
    AND r.revision = coalesce(
        %(revision)s::int,
        (SELECT revision FROM newswire.dispatch WHERE dispatch_id = %(dispatch_id)s)
    );
