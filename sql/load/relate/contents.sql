-- Signatures to compare with, as they are stored.
SELECT dispatch_id, content
FROM newswire.signature
WHERE dispatch_id = ANY(%(dispatch_ids)s::uuid[]);
