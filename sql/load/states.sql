-- What the archive knows of these dispatches: digests instead of texts, so that what has not
-- changed never crosses the wire. Former digests are fetched only where there are former states.
SELECT
    d.dispatch_id,
    d.revision,
    d.status,
    d.item_digest,
    d.content_digest,
    CASE
        WHEN d.revision = 1 THEN ARRAY[d.item_digest, d.content_digest]
        ELSE (
            SELECT array_agg(digest)
            FROM newswire.revision AS r
            CROSS JOIN LATERAL (VALUES (r.item_digest), (r.content_digest)) AS each (digest)
            WHERE r.dispatch_id = d.dispatch_id
        )
    END AS former
FROM newswire.dispatch AS d
WHERE d.dispatch_id = ANY(%(dispatch_ids)s::uuid[]);
