-- Exact copies: of all dispatches with one text, the earliest is the original.
--
-- Families are worked out anew from every stored member, so that the outcome does not depend on
-- the order of arrival. A withdrawn original keeps its copies: they must not come to light as
-- originals because it was withdrawn.
WITH touched AS (
    SELECT text_digest
    FROM staged
    WHERE current AND text_digest IS NOT NULL

    UNION

    -- Copies of what was revised: its text may have left theirs.
    SELECT c.text_digest
    FROM staged AS s
    JOIN newswire.dispatch AS c ON c.duplicate_of = s.dispatch_id
    WHERE s.current AND c.text_digest IS NOT NULL
),

family AS (
    SELECT
        d.dispatch_id,
        d.source,
        first_value(d.dispatch_id) OVER earliest AS original_id,
        first_value(d.source) OVER earliest AS original_source
    FROM touched AS t
    JOIN newswire.dispatch AS d ON d.text_digest = t.text_digest
    WINDOW earliest AS (
        PARTITION BY d.text_digest
        ORDER BY coalesce(d.published_at, d.first_seen_at), d.dispatch_id
    )

    UNION ALL

    -- Revised to a text too short to compare: alone, whatever it was a copy of.
    SELECT dispatch_id, source, dispatch_id, source
    FROM staged
    WHERE current AND text_digest IS NULL
),

-- In the order of their ids, as where dispatches are met again: two loads cannot block one another.
locked AS MATERIALIZED (
    SELECT d.dispatch_id, f.original_id
    FROM newswire.dispatch AS d
    JOIN family AS f ON f.dispatch_id = d.dispatch_id
    WHERE d.duplicate_of IS DISTINCT FROM nullif(f.original_id, f.dispatch_id)
    ORDER BY d.dispatch_id
    FOR NO KEY UPDATE OF d
),

pointed AS (
    UPDATE newswire.dispatch AS d
    SET duplicate_of = nullif(l.original_id, l.dispatch_id)
    FROM locked AS l
    WHERE d.dispatch_id = l.dispatch_id
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
