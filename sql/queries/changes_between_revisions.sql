-- What changed from one revision of a dispatch to the next?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/changes_between_revisions.sql
--
-- since: a moment; revisions recorded after it; default: 7 days before the latest revision

\if :{?since}
\else
SELECT coalesce(max(recorded_at), now()) - interval '7 days' AS since
FROM newswire.revision
\gset
\endif

-- Looks at every revision before it cuts by time: the first one inside the window must be
-- compared with the last one outside.
WITH compared AS (
    SELECT
        r.*,
        lag(r.headline) OVER history AS former_headline,
        lag(r.body) OVER history AS former_body,
        lag(r.status) OVER history AS former_status,
        lag(r.credit) OVER history AS former_credit,
        lag(r.byline) OVER history AS former_byline,
        lag(r.dateline) OVER history AS former_dateline,
        lag(r.url) OVER history AS former_url,
        lag(r.published_at) OVER history AS former_published_at,
        lag(r.embargoed_until) OVER history AS former_embargoed_until,
        lag(r.urgency) OVER history AS former_urgency,
        lag(r.slugline) OVER history AS former_slugline,
        lag(r.keywords) OVER history AS former_keywords,
        lag(r.word_count) OVER history AS former_word_count
    FROM newswire.revision AS r
    WINDOW history AS (PARTITION BY r.dispatch_id ORDER BY r.revision)
)

SELECT
    recorded_at,
    source,
    revision,
    array_remove(
        ARRAY[
            CASE WHEN status IS DISTINCT FROM former_status THEN 'status' END,
            CASE WHEN headline IS DISTINCT FROM former_headline THEN 'headline' END,
            CASE WHEN body IS DISTINCT FROM former_body THEN 'body' END,
            CASE WHEN credit IS DISTINCT FROM former_credit THEN 'credit' END,
            CASE WHEN byline IS DISTINCT FROM former_byline THEN 'byline' END,
            CASE WHEN dateline IS DISTINCT FROM former_dateline THEN 'dateline' END,
            CASE WHEN url IS DISTINCT FROM former_url THEN 'url' END,
            CASE WHEN published_at IS DISTINCT FROM former_published_at THEN 'published_at' END,
            CASE
                WHEN embargoed_until IS DISTINCT FROM former_embargoed_until
                    THEN 'embargoed_until'
            END,
            CASE WHEN urgency IS DISTINCT FROM former_urgency THEN 'urgency' END,
            CASE WHEN slugline IS DISTINCT FROM former_slugline THEN 'slugline' END,
            CASE WHEN keywords IS DISTINCT FROM former_keywords THEN 'keywords' END
        ],
        NULL
    ) AS changed,
    -- What is held back or under embargo is not to be seen, not even as a former state.
    CASE
        WHEN
            former_status <> 'withheld'
            AND (former_embargoed_until IS NULL OR former_embargoed_until <= now())
            THEN former_headline
    END AS headline_before,
    CASE
        WHEN
            status <> 'withheld'
            AND (embargoed_until IS NULL OR embargoed_until <= now())
            THEN headline
    END AS headline_after,
    word_count - former_word_count AS words_more,
    former_status AS status_before,
    status AS status_after,
    dispatch_id
FROM compared
WHERE
    revision > 1
    AND recorded_at >= :'since'::timestamptz
ORDER BY
    recorded_at DESC,
    dispatch_id,
    revision;
