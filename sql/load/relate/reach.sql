-- Everything whose root may have moved, with the best of its pairs: one that opens alike, then the
-- highest Jaccard index, then the highest share, then the earliest original. What has an opening of
-- its own is nobody's copy by what it quotes. OFFSET and LIMIT keep each step a lookup: of
-- a recursion the planner expects so many rows that it would read all pairs of the archive.
CREATE TEMPORARY TABLE reached ON COMMIT DROP AS
WITH RECURSIVE reach AS (
    SELECT dispatch_id FROM moved
    UNION
    SELECT p.dispatch_id
    FROM reach AS r
    CROSS JOIN LATERAL (
        SELECT dispatch_id
        FROM newswire.duplicate
        WHERE of_dispatch_id = r.dispatch_id
        OFFSET 0
    ) AS p
)

SELECT
    r.dispatch_id,
    best.of_dispatch_id AS parent
FROM reach AS r
LEFT JOIN LATERAL (
    SELECT p.of_dispatch_id
    FROM newswire.duplicate AS p
    LEFT JOIN newswire.signature AS s ON s.dispatch_id = p.of_dispatch_id
    WHERE p.dispatch_id = r.dispatch_id AND p.opening <> 'own'
    ORDER BY (p.opening = 'same') DESC, p.jaccard DESC, p.share DESC, s.at, p.of_dispatch_id
    LIMIT 1
) AS best ON true;
