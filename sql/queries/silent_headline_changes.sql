-- Which headlines were changed without telling the reader?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/silent_headline_changes.sql
--
-- since:  a moment; changes recorded after it; default: 7 days before the latest revision
-- notice: a regular expression of the words that own up to a change; default: French and English

\if :{?since}
\else
SELECT coalesce(max(recorded_at), now()) - interval '7 days' AS since
FROM newswire.revision
\gset
\endif

-- The words by which French and English papers own up to a change. They count only where the
-- new text has more of them than the old: a story about a correction is not a notice.
\if :{?notice}
\else
\set notice '\\m(mis(e|es)? à jour|actualis|rectif|corrig|erratum|updat|correct|amended)'
\endif

WITH compared AS (
    SELECT
        r.dispatch_id,
        r.source,
        r.revision,
        r.status,
        r.recorded_at,
        r.published_at,
        r.embargoed_until,
        r.headline,
        r.body,
        r.url,
        lag(r.headline) OVER history AS former_headline,
        lag(r.body) OVER history AS former_body,
        lag(r.published_at) OVER history AS former_published_at,
        lag(r.status) OVER history AS former_status
    FROM newswire.revision AS r
    WINDOW history AS (PARTITION BY r.dispatch_id ORDER BY r.revision)
)

SELECT
    recorded_at,
    published_at,
    source,
    former_headline AS headline_before,
    headline AS headline_after,
    body <> former_body AS body_changed,
    url,
    revision,
    dispatch_id
FROM compared
WHERE
    revision > 1
    AND recorded_at >= :'since'::timestamptz
    AND status = 'usable'
    AND former_status = 'usable'
    AND (embargoed_until IS NULL OR embargoed_until <= now())
    AND headline <> former_headline
    -- A new date is a notice too.
    AND published_at IS NOT DISTINCT FROM former_published_at
    AND regexp_count(headline || ' ' || body, :'notice', 1, 'i')
    <= regexp_count(former_headline || ' ' || former_body, :'notice', 1, 'i')
ORDER BY
    recorded_at DESC,
    dispatch_id,
    revision;
