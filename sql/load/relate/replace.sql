-- The pairs of what was compared, as they are now in place of as they were.
WITH pair AS (
    SELECT p.dispatch_id, p.of_dispatch_id
    FROM compared AS c
    JOIN newswire.duplicate AS p ON p.dispatch_id = c.dispatch_id

    UNION

    SELECT p.dispatch_id, p.of_dispatch_id
    FROM compared AS c
    JOIN newswire.duplicate AS p ON p.of_dispatch_id = c.dispatch_id
),

stale AS (
    DELETE FROM newswire.duplicate AS p
    USING pair AS f
    WHERE
        p.dispatch_id = f.dispatch_id
        AND p.of_dispatch_id = f.of_dispatch_id
        AND NOT EXISTS (
            SELECT FROM verified AS v
            WHERE v.dispatch_id = p.dispatch_id AND v.of_dispatch_id = p.of_dispatch_id
        )
    RETURNING p.dispatch_id
),

fresh AS (
    INSERT INTO newswire.duplicate AS p (
        dispatch_id, of_dispatch_id, relation, share, jaccard, opening
    )
    SELECT dispatch_id, of_dispatch_id, relation, share, jaccard, opening
    FROM verified
    ON CONFLICT (dispatch_id, of_dispatch_id) DO UPDATE SET
        relation = excluded.relation,
        share = excluded.share,
        jaccard = excluded.jaccard,
        opening = excluded.opening
    WHERE
        (p.relation, p.share, p.jaccard, p.opening)
        IS DISTINCT FROM (
            excluded.relation, excluded.share, excluded.jaccard, excluded.opening
        )
    RETURNING p.dispatch_id
)

INSERT INTO moved
SELECT dispatch_id FROM stale
UNION
SELECT dispatch_id FROM fresh
UNION
SELECT dispatch_id FROM compared;
