-- The cursor moves with what it led to, or not at all.
INSERT INTO newswire.cursor AS c (source, location, etag, last_modified, stamp, sha256)
SELECT DISTINCT ON (source, location) source, location, etag, last_modified, stamp, sha256
FROM unnest(
    %(source)s::text[], %(location)s::text[], %(etag)s::text[], %(last_modified)s::text[],
    %(stamp)s::text[], %(sha256)s::text[]
) WITH ORDINALITY AS moved (source, location, etag, last_modified, stamp, sha256, place)
ORDER BY source, location, place DESC
ON CONFLICT (source, md5(location)) DO UPDATE SET
    etag = excluded.etag,
    last_modified = excluded.last_modified,
    stamp = excluded.stamp,
    sha256 = excluded.sha256;
