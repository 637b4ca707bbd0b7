-- What too many carry, counted by stories (a story of a hundred copies is one) and by dispatches.
-- Each text met every carrier of the month, and itself once: the meetings divided by those with
-- oneself are the carriers.
WITH often AS MATERIALIZED (
    SELECT month, hash
    FROM met
    WHERE other_month = month
    GROUP BY month, hash
    HAVING count(*) > %(most_stories)s * count(*) FILTER (WHERE other = text)
),

common AS (
    SELECT o.month, o.hash
    FROM often AS o
    JOIN newswire.fingerprint AS f ON f.month = o.month AND f.hash = o.hash
    JOIN newswire.signature AS s ON s.dispatch_id = f.dispatch_id
    GROUP BY o.month, o.hash
    HAVING
        count(DISTINCT s.fingerprints[1]) > %(most_stories)s
        OR count(*) > %(most_dispatches)s
)

INSERT INTO newswire.boilerplate (month, hash)
SELECT month, hash
FROM common
RETURNING month, hash;
