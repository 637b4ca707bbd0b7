-- Which versions stood longest before another took their place?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/longest_lived_versions.sql
--
-- since: a moment; versions replaced after it; default: the whole archive

\if :{?since}
\else
\set since '-infinity'
\endif

-- A source replaces a version in either of two ways. It changes the dispatch: then the archive
-- knows when it saw the one and the other (replaced_by revision). Or it sends another dispatch:
-- then the dates the two carry count (replaced_by dispatch), if both have a time of day.
WITH revised AS (
    SELECT
        dispatch_id,
        source,
        status,
        embargoed_until,
        headline,
        body,
        recorded_at,
        superseded_at,
        lead(status) OVER history AS next_status,
        lead(embargoed_until) OVER history AS next_embargoed_until,
        lead(headline) OVER history AS next_headline,
        lead(body) OVER history AS next_body
    FROM newswire.revision
    WINDOW history AS (PARTITION BY dispatch_id ORDER BY revision)
),

sent AS (
    SELECT DISTINCT ON (d.dispatch_id)
        d.dispatch_id,
        d.source,
        d.headline,
        d.published_at,
        n.headline AS next_headline,
        n.published_at AS next_published_at
    FROM newswire.duplicate AS p
    JOIN newswire.dispatch AS d ON d.dispatch_id = p.of_dispatch_id
    JOIN newswire.dispatch AS n ON n.dispatch_id = p.dispatch_id
    WHERE
        p.relation = 'revision'
        -- A text made of two stories is a version of one of them only.
        AND coalesce(n.duplicate_of, n.dispatch_id) = coalesce(d.duplicate_of, d.dispatch_id)
        AND newswire.may_be_shown(d.status, d.embargoed_until)
        AND newswire.may_be_shown(n.status, n.embargoed_until)
        AND d.published_precision <> 'day'
        AND n.published_precision <> 'day'
        -- One that was sent again is replaced once.
        AND NOT EXISTS (
            SELECT FROM newswire.duplicate AS r
            WHERE r.dispatch_id = d.dispatch_id AND r.relation = 'repost'
        )
    ORDER BY
        d.dispatch_id,
        n.published_at,
        n.dispatch_id
),

replaced AS (
    SELECT
        source,
        headline,
        next_headline,
        'revision' AS replaced_by,
        recorded_at AS stood_from,
        superseded_at AS replaced_at,
        dispatch_id
    FROM revised
    WHERE
        newswire.may_be_shown(status, embargoed_until)
        AND newswire.may_be_shown(next_status, next_embargoed_until)
        AND (headline, body) <> (next_headline, next_body)

    UNION ALL

    SELECT
        source,
        headline,
        next_headline,
        'dispatch',
        published_at,
        next_published_at,
        dispatch_id
    FROM sent
)

SELECT
    replaced_at - stood_from AS stood_for,
    source,
    headline,
    next_headline,
    replaced_by,
    stood_from,
    replaced_at,
    dispatch_id
FROM replaced
WHERE replaced_at >= :'since'::timestamptz
ORDER BY
    stood_for DESC,
    replaced_at DESC,
    dispatch_id
LIMIT 100;
