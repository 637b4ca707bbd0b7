-- A dispatch by its id, the beginning of its id, its external id or its URL.
SELECT dispatch_id
FROM newswire.dispatch
WHERE
    dispatch_id::text LIKE %(prefix)s
    OR external_id = %(name)s
    OR url = %(name)s
ORDER BY dispatch_id
LIMIT 20;
