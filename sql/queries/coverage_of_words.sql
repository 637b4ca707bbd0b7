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

-- The search finds one of each family, the latest version; the others are counted beside it, on
-- the day on which each of them was published.
WITH story AS (
    SELECT DISTINCT coalesce(duplicate_of, dispatch_id) AS original_id
    FROM newswire.search(:'words')
),

telling AS (
    SELECT
        d.source,
        d.language,
        d.headline,
        d.word_count,
        CASE
            WHEN f.relation = 'original' THEN 'original'
            WHEN f.relation = 'revision' AND d.source = o.source THEN 'version'
            ELSE 'copy'
        END AS kind,
        d.published_at,
        CASE
            WHEN d.published_precision = 'day'
                THEN (d.published_at AT TIME ZONE coalesce(s.timezone, 'UTC'))::date
            ELSE (d.published_at AT TIME ZONE :'zone')::date
        END AS day
    FROM story
    JOIN newswire.family AS f ON f.original_id = story.original_id
    JOIN newswire.dispatch AS d ON d.dispatch_id = f.dispatch_id
    JOIN newswire.dispatch AS o ON o.dispatch_id = f.original_id
    LEFT JOIN newswire.source AS s ON s.name = d.source
    WHERE
        d.status = 'usable'
        AND (d.embargoed_until IS NULL OR d.embargoed_until <= now())
)

SELECT
    day,
    count(*) FILTER (WHERE kind = 'original') AS originals,
    count(*) FILTER (WHERE kind = 'version') AS versions,
    count(*) FILTER (WHERE kind = 'copy') AS copies,
    sum(word_count) FILTER (WHERE kind = 'original') AS words_written,
    array_agg(DISTINCT source ORDER BY source) AS sources,
    array_agg(DISTINCT language ORDER BY language) AS languages,
    (array_agg(headline ORDER BY kind <> 'original', published_at NULLS LAST, headline))[1]
        AS first_headline
FROM telling
GROUP BY day
ORDER BY day NULLS LAST;
