-- Met again as it stands. Where only its wrapping changed, the new digest is kept so that the
-- next meeting is recognised before any cleaning. Rows are locked in the order of their ids, as
-- relating does, which writes them too: two loads cannot block one another.
WITH sighted AS (
    SELECT DISTINCT ON (dispatch_id) dispatch_id, item_digest
    FROM unnest(%(dispatch_ids)s::uuid[], %(item_digests)s::bytea[]) WITH ORDINALITY
        AS sighting (dispatch_id, item_digest, place)
    ORDER BY dispatch_id, place DESC
),

locked AS MATERIALIZED (
    SELECT d.dispatch_id
    FROM newswire.dispatch AS d
    WHERE d.dispatch_id IN (SELECT dispatch_id FROM sighted)
    ORDER BY d.dispatch_id
    FOR NO KEY UPDATE
)

UPDATE newswire.dispatch AS d
SET
    last_seen_at = greatest(d.last_seen_at, %(moment)s),
    item_digest = coalesce(s.item_digest, d.item_digest)
FROM locked AS l
JOIN sighted AS s ON s.dispatch_id = l.dispatch_id
WHERE d.dispatch_id = l.dispatch_id;
