-- The stored bytes behind open rejections, with the place they came from.
SELECT DISTINCT ON (r.source, r.location, x.sha256)
    r.source,
    r.location,
    x.body,
    x.first_received_at AS received_at,
    x.sha256,
    x.media_type,
    x.charset,
    x.base_url
FROM newswire.rejection AS r
JOIN newswire.document AS x ON x.sha256 = r.sha256
WHERE
    r.resolved_at IS NULL
    AND (%(source)s::text IS NULL OR r.source = %(source)s)
    AND (r.source, r.location, x.sha256) > (%(after)s, %(after_location)s, %(after_sha256)s)
ORDER BY r.source, r.location, x.sha256
LIMIT %(most)s;
