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
    p.location
FROM newswire.revision AS r
LEFT JOIN newswire.document AS x ON x.sha256 = r.sha256
LEFT JOIN LATERAL (
    SELECT location
    FROM newswire.poll
    WHERE poll.sha256 = r.sha256 AND poll.source = r.source
    ORDER BY polled_at
    LIMIT 1
) AS p ON true
WHERE r.dispatch_id = %(dispatch_id)s
ORDER BY r.revision;
