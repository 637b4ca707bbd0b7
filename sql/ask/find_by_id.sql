-- A dispatch by the beginning of its id. A range, unlike a pattern, is found by the primary key.
SELECT dispatch_id
FROM newswire.dispatch
WHERE dispatch_id BETWEEN %(first)s AND %(last)s
ORDER BY dispatch_id
LIMIT 20;
