-- Who published a story first, and how much later were the others?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/first_to_publish.sql
--
-- since: a moment; stories of which any telling arrived after it; default: 7 days before the
-- latest arrival

\if :{?since}
\else
SELECT coalesce(max(first_seen_at), now()) - interval '7 days' AS since
FROM newswire.dispatch
\gset
\endif

-- A story is a dispatch, its versions and its copies. What is withheld or under embargo is not to
-- be seen; what was withdrawn is, since it was published, and status says so.
WITH telling AS (
    SELECT
        f.original_id AS story_id,
        d.dispatch_id,
        d.source,
        d.credit,
        d.status,
        d.headline,
        d.published_at,
        -- A delay counted from the midnight that stands for a bare date would be invented.
        CASE WHEN d.published_precision <> 'day' THEN d.published_at END AS exact_at,
        d.first_seen_at,
        nullif(f.relation, 'original') AS relation,
        f.share
    FROM newswire.dispatch AS d
    JOIN newswire.family AS f ON f.dispatch_id = d.dispatch_id
    WHERE
        d.status <> 'withheld'
        AND (d.embargoed_until IS NULL OR d.embargoed_until <= now())
),

ranked AS (
    SELECT
        t.*,
        count(*) OVER story AS tellings,
        max(t.first_seen_at) OVER story AS last_arrival_at,
        row_number() OVER by_date AS place,
        first_value(t.headline) OVER by_date AS story,
        first_value(t.published_at) OVER by_date AS begun_at,
        first_value(t.exact_at) OVER by_date AS first_exact_at
    FROM telling AS t
    WINDOW
        story AS (PARTITION BY t.story_id),
        -- At the same date the original goes before its copies.
        by_date AS (
            PARTITION BY t.story_id
            ORDER BY
                t.published_at NULLS LAST,
                (t.dispatch_id <> t.story_id),
                t.dispatch_id
        )
)

SELECT
    story,
    place,
    source,
    credit,
    published_at,
    exact_at - first_exact_at AS later_by,
    relation,
    round(share::numeric, 2) AS share,
    status,
    headline,
    dispatch_id
FROM ranked
WHERE
    tellings > 1
    AND last_arrival_at >= :'since'::timestamptz
ORDER BY
    begun_at DESC NULLS LAST,
    story_id,
    place;
