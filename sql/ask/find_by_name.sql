-- A dispatch by the name its source gives it, or by its link.
SELECT dispatch_id
FROM newswire.dispatch
WHERE external_id = %(name)s OR url = %(name)s
ORDER BY dispatch_id
LIMIT 20;
