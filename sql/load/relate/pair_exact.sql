-- Of all dispatches with one text, at any distance, the earliest is the original of the others.
WITH member AS (
    SELECT
        s.dispatch_id,
        s.source,
        first_value(s.dispatch_id) OVER earliest AS first,
        first_value(s.source) OVER earliest AS first_source
    FROM touched_text AS t
    JOIN newswire.signature AS s USING (text_digest)
    WINDOW earliest AS (PARTITION BY s.text_digest ORDER BY s.at, s.dispatch_id)
),

stale AS (
    DELETE FROM newswire.duplicate AS p
    USING newswire.signature AS x, newswire.signature AS y, member AS m
    WHERE
        m.dispatch_id = p.dispatch_id
        AND x.dispatch_id = p.dispatch_id
        AND y.dispatch_id = p.of_dispatch_id
        AND x.text_digest = y.text_digest
        AND p.of_dispatch_id <> m.first
    RETURNING p.dispatch_id
),

noted AS (
    INSERT INTO moved
    SELECT dispatch_id
    FROM stale
)

INSERT INTO verified (dispatch_id, of_dispatch_id, relation, share, jaccard, opening)
SELECT
    dispatch_id,
    first,
    CASE WHEN source = first_source THEN 'repost' ELSE 'republication' END,
    1,
    1,
    'same'
FROM member
WHERE
    dispatch_id <> first
    -- What stands needs no writing: there may be thousands that have one text.
    AND (
        first IN (SELECT dispatch_id FROM compared)
        OR dispatch_id IN (SELECT dispatch_id FROM compared)
        OR NOT EXISTS (
            SELECT FROM newswire.duplicate AS p
            WHERE p.dispatch_id = member.dispatch_id AND p.of_dispatch_id = member.first
        )
    );
