-- From each along its best pair, and on from there, to one that is nobody's copy: those whose root
-- has moved. What was not reached has kept its root.
CREATE TEMPORARY TABLE rooted ON COMMIT DROP AS
WITH RECURSIVE rooted AS (
    SELECT s.dispatch_id, coalesce(d.duplicate_of, s.parent, s.dispatch_id) AS root
    FROM reached AS s
    LEFT JOIN newswire.dispatch AS d ON d.dispatch_id = s.parent
    WHERE NOT EXISTS (SELECT FROM reached AS x WHERE x.dispatch_id = s.parent)

    UNION ALL

    SELECT s.dispatch_id, r.root
    FROM rooted AS r
    JOIN reached AS s ON s.parent = r.dispatch_id
)

SELECT
    r.dispatch_id,
    nullif(r.root, r.dispatch_id) AS duplicate_of
FROM rooted AS r
CROSS JOIN LATERAL (
    SELECT duplicate_of
    FROM newswire.dispatch
    WHERE dispatch_id = r.dispatch_id
    OFFSET 0
) AS d
WHERE d.duplicate_of IS DISTINCT FROM nullif(r.root, r.dispatch_id);
