SELECT d.source, count(*) AS copies
FROM newswire.dispatch AS d
WHERE d.dispatch_id = ANY(%(dispatch_ids)s::uuid[]) AND d.duplicate_of IS NOT NULL
GROUP BY d.source;
