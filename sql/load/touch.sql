-- Met again as it stands. Where only its wrapping changed, the new digest is kept so that the
-- next meeting is recognised before any cleaning.
UPDATE newswire.dispatch AS d
SET
    last_seen_at = greatest(d.last_seen_at, %(moment)s),
    item_digest = coalesce(s.item_digest, d.item_digest)
FROM (
    SELECT DISTINCT ON (dispatch_id) dispatch_id, item_digest
    FROM unnest(%(dispatch_ids)s::uuid[], %(item_digests)s::bytea[]) WITH ORDINALITY
        AS sighting (dispatch_id, item_digest, place)
    ORDER BY dispatch_id, place DESC
) AS s
WHERE d.dispatch_id = s.dispatch_id;
