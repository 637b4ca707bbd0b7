-- Pairs that rested on what has become boilerplate. A month's boilerplate also parts its carriers
-- from those of the months beside it.
WITH carrier AS MATERIALIZED (
    SELECT DISTINCT f.dispatch_id
    FROM unnest(%(months)s::int[], %(hashes)s::bigint[]) AS b (month, hash)
    CROSS JOIN generate_series(b.month - 1, b.month + 1) AS near (month)
    JOIN newswire.fingerprint AS f ON f.hash = b.hash AND f.month = near.month
),

pair AS MATERIALIZED (
    SELECT p.dispatch_id, p.of_dispatch_id
    FROM carrier AS c
    JOIN newswire.duplicate AS p USING (dispatch_id)
    JOIN carrier AS o ON o.dispatch_id = p.of_dispatch_id
),

weak AS (
    SELECT p.dispatch_id, p.of_dispatch_id
    FROM pair AS p
    JOIN newswire.signature AS x ON x.dispatch_id = p.dispatch_id
    JOIN newswire.signature AS y ON y.dispatch_id = p.of_dispatch_id
    WHERE
        x.text_digest IS DISTINCT FROM y.text_digest
        AND (
            SELECT count(*)
            FROM (SELECT unnest(x.fingerprints) INTERSECT SELECT unnest(y.fingerprints))
                AS shared (hash)
            WHERE
                NOT EXISTS (
                    SELECT FROM newswire.boilerplate AS b
                    WHERE b.hash = shared.hash AND b.month = x.month
                )
                AND NOT EXISTS (
                    SELECT FROM newswire.boilerplate AS b
                    WHERE b.hash = shared.hash AND b.month = y.month
                )
        ) < CASE
            WHEN least(x.words, y.words) < %(short_words)s THEN 1
            ELSE %(fewest_shared)s
        END
),

dropped AS (
    DELETE FROM newswire.duplicate AS p
    USING weak AS w
    WHERE p.dispatch_id = w.dispatch_id AND p.of_dispatch_id = w.of_dispatch_id
    RETURNING p.dispatch_id
)

INSERT INTO moved
SELECT dispatch_id
FROM dropped;
