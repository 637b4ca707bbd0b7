UPDATE newswire.dispatch AS d
SET duplicate_of = r.duplicate_of
FROM rooted AS r
WHERE d.dispatch_id = r.dispatch_id;
