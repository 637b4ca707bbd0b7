-- How was a subject covered, day by day: how much own writing, how many copies, by whom?
--
-- psql "$(newswire dsn)" -v words='ferry OR grève' -f sql/queries/coverage_of_words.sql
--
-- words: as for `newswire search` ("quoted phrase", OR, -not); default: a story of the seeds
-- zone:  the time zone of days; default: the session's

\if :{?words}
\else
\set words 'Étalières'
\endif

\if :{?zone}
\else
SELECT current_setting('TimeZone') AS zone
\gset
\endif

-- The search finds originals only; their copies are counted beside them, on the day on which
-- each of them was published.
WITH original AS (
    SELECT dispatch_id
    FROM newswire.search(:'words')
),

telling AS (
    SELECT
        d.source,
        d.language,
        d.headline,
        d.word_count,
        d.duplicate_of IS NOT NULL AS is_copy,
        d.published_at,
        CASE
            WHEN d.published_precision = 'day'
                THEN (d.published_at AT TIME ZONE coalesce(s.timezone, 'UTC'))::date
            ELSE (d.published_at AT TIME ZONE :'zone')::date
        END AS day
    FROM newswire.dispatch AS d
    JOIN original AS o ON o.dispatch_id = coalesce(d.duplicate_of, d.dispatch_id)
    LEFT JOIN newswire.source AS s ON s.name = d.source
    WHERE
        d.status = 'usable'
        AND (d.embargoed_until IS NULL OR d.embargoed_until <= now())
)

SELECT
    day,
    count(*) FILTER (WHERE NOT is_copy) AS originals,
    count(*) FILTER (WHERE is_copy) AS copies,
    sum(word_count) FILTER (WHERE NOT is_copy) AS words_written,
    array_agg(DISTINCT source ORDER BY source) AS sources,
    array_agg(DISTINCT language ORDER BY language) AS languages,
    (array_agg(headline ORDER BY is_copy, published_at NULLS LAST, headline))[1] AS first_headline
FROM telling
GROUP BY day
ORDER BY day NULLS LAST;
