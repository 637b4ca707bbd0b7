-- Whether one of these sightings no longer holds: the archive has another state of its dispatch than
-- the one it was recognised by.
SELECT
FROM unnest(%(dispatch_id)s::uuid[], %(item_digest)s::bytea[], %(status)s::text[])
    AS sighting (dispatch_id, item_digest, status)
LEFT JOIN newswire.dispatch AS d USING (dispatch_id)
WHERE (d.item_digest, d.status) IS DISTINCT FROM (sighting.item_digest, sighting.status)
LIMIT 1;
