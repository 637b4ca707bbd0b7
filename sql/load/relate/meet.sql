-- Who carries the fingerprints of what is compared, in the months that the reach extends to. OFFSET
-- keeps the lookup one for each fingerprint: the planner, who has no idea of how few carry one,
-- would at times rather read a whole month.
INSERT INTO met
WITH carried AS MATERIALIZED (
    SELECT c.dispatch_id, c.at, c.month, m.month AS probed, h.hash
    FROM compared AS c
    CROSS JOIN LATERAL (
        SELECT newswire.month_of(c.at - %(reach)s::interval) AS month
        UNION
        SELECT newswire.month_of(c.at + %(reach)s::interval)
    ) AS m
    CROSS JOIN unnest(c.fingerprints) AS h (hash)
),

probe AS MATERIALIZED (
    SELECT p.dispatch_id, p.at, p.month, p.probed, p.hash
    FROM carried AS p
    WHERE
        NOT EXISTS (
            SELECT FROM newswire.boilerplate AS b WHERE b.month = p.probed AND b.hash = p.hash
        )
        AND NOT EXISTS (
            SELECT FROM newswire.boilerplate AS b WHERE b.month = p.month AND b.hash = p.hash
        )
)

SELECT p.dispatch_id, p.at, p.month, p.hash, f.dispatch_id, p.probed, f.at
FROM probe AS p
CROSS JOIN LATERAL (
    SELECT dispatch_id, at
    FROM newswire.fingerprint
    WHERE month = p.probed AND hash = p.hash
    OFFSET 0
) AS f;
