-- Who carries the fingerprints of what is compared, in the months that the reach extends to.
INSERT INTO met
WITH probe AS MATERIALIZED (
    SELECT c.dispatch_id, c.at, c.month, m.month AS probed, h.hash
    FROM compared AS c
    CROSS JOIN LATERAL (
        SELECT newswire.month_of(c.at - %(reach)s::interval) AS month
        UNION
        SELECT newswire.month_of(c.at + %(reach)s::interval)
    ) AS m
    CROSS JOIN unnest(c.fingerprints) AS h (hash)
)

SELECT p.dispatch_id, p.at, p.month, p.hash, f.dispatch_id, f.month, f.at
FROM probe AS p
JOIN newswire.fingerprint AS f ON f.month = p.probed AND f.hash = p.hash
WHERE
    NOT EXISTS (
        SELECT FROM newswire.boilerplate AS b WHERE b.month = p.probed AND b.hash = p.hash
    )
    AND NOT EXISTS (
        SELECT FROM newswire.boilerplate AS b WHERE b.month = p.month AND b.hash = p.hash
    );
