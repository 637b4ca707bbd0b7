-- What too many carry, counted by stories (a story of a hundred copies is one) and by dispatches.
-- Every dispatch meets itself, so that a fingerprint that is carried too often was met too often.
WITH frequent AS MATERIALIZED (
    SELECT month, hash
    FROM met
    WHERE month = other_month
    GROUP BY month, hash
    HAVING count(*) > %(most_stories)s
),

carrier AS MATERIALIZED (
    SELECT DISTINCT f.month, f.hash, m.other
    FROM frequent AS f
    JOIN met AS m ON m.month = f.month AND m.hash = f.hash
    WHERE m.other_month = m.month
),

common AS (
    SELECT c.month, c.hash
    FROM carrier AS c
    JOIN newswire.signature AS s ON s.dispatch_id = c.other
    GROUP BY c.month, c.hash
    HAVING
        count(DISTINCT s.fingerprints[1]) > %(most_stories)s
        OR count(*) > %(most_dispatches)s
)

INSERT INTO newswire.boilerplate (month, hash)
SELECT month, hash
FROM common
RETURNING month, hash;
