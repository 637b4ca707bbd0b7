SELECT source, location, etag, last_modified, stamp, sha256
FROM newswire.cursor
WHERE
    source = %(source)s
    AND md5(location) IN (SELECT md5(l) FROM unnest(%(locations)s::text[]) AS l)
    AND location = ANY(%(locations)s::text[]);
