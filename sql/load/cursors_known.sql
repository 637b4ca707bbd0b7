SELECT source, location, etag, last_modified, stamp, sha256
FROM newswire.cursor
WHERE source = %(source)s AND location = ANY(%(locations)s::text[]);
