SELECT
    rejection_id,
    rejected_at,
    source,
    item,
    stage,
    code,
    message,
    sha256,
    resolved_at
FROM newswire.rejection
WHERE
    (%(resolved)s OR resolved_at IS NULL)
    AND (%(source)s::text IS NULL OR source = %(source)s)
ORDER BY rejected_at DESC, source, item;
