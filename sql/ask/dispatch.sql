SELECT *
FROM newswire.dispatch
WHERE dispatch_id = %(dispatch_id)s;
