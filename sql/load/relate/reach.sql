-- Everything whose root may have moved, with the best of its pairs: the highest Jaccard index,
-- then the highest share, then the earliest original.
CREATE TEMPORARY TABLE reached ON COMMIT DROP AS
WITH RECURSIVE reach AS (
    SELECT dispatch_id FROM moved
    UNION
    SELECT p.dispatch_id
    FROM reach AS r
    JOIN newswire.duplicate AS p ON p.of_dispatch_id = r.dispatch_id
)

SELECT DISTINCT ON (r.dispatch_id)
    r.dispatch_id,
    p.of_dispatch_id AS parent
FROM reach AS r
LEFT JOIN newswire.duplicate AS p ON p.dispatch_id = r.dispatch_id
LEFT JOIN newswire.signature AS s ON s.dispatch_id = p.of_dispatch_id
ORDER BY r.dispatch_id, p.jaccard DESC NULLS LAST, p.share DESC, s.at, p.of_dispatch_id;
