-- What a source itself calls its dispatches.
SELECT dispatch_id, external_id
FROM newswire.dispatch
WHERE dispatch_id = ANY(%(dispatch_ids)s::uuid[]);
