-- The original and all its copies, the original first.
WITH original AS (
    SELECT coalesce(duplicate_of, dispatch_id) AS dispatch_id
    FROM newswire.dispatch
    WHERE dispatch_id = %(dispatch_id)s
)

SELECT
    d.dispatch_id,
    CASE WHEN d.duplicate_of IS NULL THEN 'original' ELSE coalesce(p.relation, 'copy') END AS relation,
    d.source,
    d.credit,
    d.published_at,
    d.published_at - o.published_at AS delay,
    p.share,
    p.jaccard,
    d.status,
    d.headline
FROM original
JOIN newswire.dispatch AS o ON o.dispatch_id = original.dispatch_id
JOIN newswire.dispatch AS d ON original.dispatch_id IN (d.dispatch_id, d.duplicate_of)
LEFT JOIN newswire.duplicate AS p
    ON p.dispatch_id = d.dispatch_id AND p.of_dispatch_id = d.duplicate_of
ORDER BY d.duplicate_of IS NOT NULL, d.published_at, d.dispatch_id;
