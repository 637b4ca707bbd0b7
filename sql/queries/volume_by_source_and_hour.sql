-- How much does each source publish, hour by hour?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -v zone='Europe/Paris' \
--     -f sql/queries/volume_by_source_and_hour.sql
--
-- since: a moment of arrival; default: 24 hours before the latest arrival
-- zone:  the time zone of days and hours; default: the session's

\if :{?since}
\else
SELECT coalesce(max(first_seen_at), now()) - interval '24 hours' AS since
FROM newswire.dispatch
\gset
\endif

\if :{?zone}
\else
SELECT current_setting('TimeZone') AS zone
\gset
\endif

-- A date without a time is a day in the source's own zone; midnight is only its placeholder, and
-- must neither fill the hour of 0 nor slip into the day before. Its hour stays null, and both
-- stay null where a dispatch carries no date.
WITH placed AS (
    SELECT
        d.source,
        d.duplicate_of,
        d.word_count,
        CASE
            WHEN d.published_precision = 'day'
                THEN d.published_at AT TIME ZONE coalesce(s.timezone, 'UTC')
            ELSE d.published_at AT TIME ZONE :'zone'
        END AS local_time,
        d.published_precision <> 'day' AS has_hour
    FROM newswire.dispatch AS d
    LEFT JOIN newswire.source AS s ON s.name = d.source
    WHERE d.first_seen_at >= :'since'::timestamptz
)

SELECT
    source,
    local_time::date AS day,
    CASE WHEN has_hour THEN extract(HOUR FROM local_time)::int END AS hour,
    count(*) AS dispatches,
    count(duplicate_of) AS copies,
    sum(word_count) AS words
FROM placed
GROUP BY
    source,
    day,
    hour
ORDER BY
    source,
    day,
    hour NULLS FIRST;
