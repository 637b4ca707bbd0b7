-- What too many carry, counted by stories (a story of a hundred copies is one) and by dispatches.
-- A text meets all that carry one of its fingerprints, itself among them: what is carried too often
-- was met too often.
WITH frequent AS MATERIALIZED (
    SELECT month, hash
    FROM met
    GROUP BY month, hash
    HAVING count(*) > %(most_stories)s
),

carrier AS MATERIALIZED (
    SELECT DISTINCT f.month, f.hash, m.other
    FROM frequent AS f
    JOIN met AS m ON m.month = f.month AND m.hash = f.hash AND m.other_month = f.month
),

often AS MATERIALIZED (
    SELECT month, hash
    FROM carrier
    GROUP BY month, hash
    HAVING count(*) > %(most_stories)s
),

common AS (
    SELECT c.month, c.hash
    FROM often AS o
    JOIN carrier AS c ON c.month = o.month AND c.hash = o.hash
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
