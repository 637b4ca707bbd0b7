-- Who carries the fingerprints of what is compared, in the months that the reach extends to. What
-- carries the same ones asks once: of agency copy a batch may hold hundreds, which would each meet
-- all the others at every fingerprint. OFFSET keeps the lookup one for each fingerprint: the
-- planner, who has no idea of how few carry one, would at times rather read a whole month. In the
-- order of the index, in which the postings of a batch were written too: a quarter faster.
INSERT INTO met (text, month, hash, other, other_month, near)
WITH text AS MATERIALIZED (
    SELECT
        (array_agg(dispatch_id))[1] AS text,
        month,
        fingerprints,
        min(at) - %(reach)s::interval AS earliest,
        max(at) + %(reach)s::interval AS latest,
        newswire.month_of(min(at) - %(reach)s::interval) AS first_month,
        newswire.month_of(max(at) + %(reach)s::interval) AS last_month
    FROM compared
    GROUP BY month, fingerprints
),

probe AS MATERIALIZED (
    SELECT t.text, t.month, t.earliest, t.latest, m.month AS probed, h.hash
    FROM text AS t
    CROSS JOIN generate_series(t.first_month, t.last_month) AS m (month)
    CROSS JOIN unnest(t.fingerprints) AS h (hash)
    WHERE
        NOT EXISTS (
            SELECT FROM newswire.boilerplate AS b WHERE b.month = m.month AND b.hash = h.hash
        )
        AND NOT EXISTS (
            SELECT FROM newswire.boilerplate AS b WHERE b.month = t.month AND b.hash = h.hash
        )
    ORDER BY m.month, h.hash
)

SELECT
    p.text,
    p.month,
    p.hash,
    f.dispatch_id,
    p.probed,
    f.at BETWEEN p.earliest AND p.latest
FROM probe AS p
CROSS JOIN LATERAL (
    SELECT dispatch_id, at
    FROM newswire.fingerprint
    WHERE month = p.probed AND hash = p.hash
    OFFSET 0
) AS f;
