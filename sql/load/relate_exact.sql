-- Exact copies: of all dispatches with one text, the earliest is the original.
--
-- Families are worked out anew from every stored member, so that the outcome does not depend on
-- the order of arrival. A withdrawn original keeps its copies: they must not come to light as
-- originals because it was withdrawn.
WITH touched AS (
    SELECT DISTINCT text_digest
    FROM staged
    WHERE current AND text_digest IS NOT NULL
),

family AS (
    SELECT
        d.dispatch_id,
        d.source,
        d.duplicate_of,
        first_value(d.dispatch_id) OVER earliest AS original_id,
        first_value(d.source) OVER earliest AS original_source
    FROM touched AS t
    JOIN newswire.dispatch AS d ON d.text_digest = t.text_digest
    WINDOW earliest AS (
        PARTITION BY d.text_digest
        ORDER BY coalesce(d.published_at, d.first_seen_at), d.dispatch_id
    )
),

pointed AS (
    UPDATE newswire.dispatch AS d
    SET duplicate_of = nullif(f.original_id, f.dispatch_id)
    FROM family AS f
    WHERE
        d.dispatch_id = f.dispatch_id
        AND d.duplicate_of IS DISTINCT FROM nullif(f.original_id, f.dispatch_id)
),

-- Pairs that no longer hold: the text was revised, or an earlier original has come.
forgotten AS (
    DELETE FROM newswire.duplicate AS p
    USING family AS f
    WHERE p.dispatch_id = f.dispatch_id AND p.of_dispatch_id <> f.original_id
)

INSERT INTO newswire.duplicate (dispatch_id, of_dispatch_id, relation, share, jaccard)
SELECT
    dispatch_id,
    original_id,
    CASE WHEN source = original_source THEN 'repost' ELSE 'republication' END,
    1,
    1
FROM family
WHERE dispatch_id <> original_id
ON CONFLICT (dispatch_id, of_dispatch_id) DO NOTHING;
