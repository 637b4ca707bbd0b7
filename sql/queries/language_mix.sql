-- In which languages does each source write, and how much?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/language_mix.sql
--
-- since: a moment of arrival; default: the whole archive

\if :{?since}
\else
\set since '-infinity'
\endif

-- source is null in the rows for the whole archive, language where the text is too short to tell.
SELECT
    source,
    language,
    count(*) AS dispatches,
    round(
        100.0 * count(*) / sum(count(*)) OVER (PARTITION BY grouping(source), source),
        1
    ) AS percent,
    sum(word_count) AS words
FROM newswire.dispatch
WHERE first_seen_at >= :'since'::timestamptz
GROUP BY GROUPING SETS (
    (source, language),
    (language)
)
ORDER BY
    grouping(source) DESC,
    source,
    dispatches DESC,
    language NULLS LAST;
