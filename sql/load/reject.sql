-- The same fault met again is the same row, open again if it had been resolved.
INSERT INTO newswire.rejection AS r (
    rejection_id, run_id, source, location, sha256, item, stage, code, message, rejected_at
)
SELECT DISTINCT ON (rejection_id)
    rejection_id, %(run_id)s, source, location, sha256, item, stage, code, message, %(moment)s
FROM unnest(
    %(rejection_id)s::uuid[], %(source)s::text[], %(location)s::text[], %(sha256)s::text[],
    %(item)s::text[], %(stage)s::text[], %(code)s::text[], %(message)s::text[]
) AS rejected (rejection_id, source, location, sha256, item, stage, code, message)
ORDER BY rejection_id
ON CONFLICT (rejection_id) DO UPDATE SET
    run_id = excluded.run_id,
    message = excluded.message,
    rejected_at = excluded.rejected_at,
    resolved_at = NULL;
