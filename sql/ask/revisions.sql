-- Every state, and the bytes each came from.
SELECT
    r.revision,
    r.recorded_at,
    r.superseded_at,
    r.status,
    r.headline,
    r.body,
    r.published_at,
    r.word_count,
    r.quality,
    r.run_id,
    r.sha256,
    r.position,
    x.media_type,
    octet_length(x.body) AS bytes,
    x.first_received_at,
    r.location
FROM newswire.revision AS r
LEFT JOIN newswire.document AS x ON x.sha256 = r.sha256
WHERE r.dispatch_id = %(dispatch_id)s
ORDER BY r.revision;
