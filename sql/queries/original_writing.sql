-- How much of each outlet is original?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/original_writing.sql
--
-- since: a moment; dispatches that arrived after it; default: the whole archive

\if :{?since}
\else
\set since '-infinity'
\endif

-- A story is an outlet's own where nobody had it before, new versions and reposts of it included.
-- Of a copy, the words that do not stand in what was copied are the outlet's own.
WITH published AS (
    SELECT
        d.source,
        d.word_count,
        f.relation,
        o.source <> d.source AS is_copy,
        CASE WHEN o.source <> d.source THEN d.word_count * (1 - f.share) ELSE d.word_count END
            AS own_words
    FROM newswire.dispatch AS d
    JOIN newswire.family AS f ON f.dispatch_id = d.dispatch_id
    JOIN newswire.dispatch AS o ON o.dispatch_id = f.original_id
    WHERE
        newswire.may_be_shown(d.status, d.embargoed_until)
        AND d.first_seen_at >= :'since'::timestamptz
)

SELECT
    source,
    count(*) AS dispatches,
    count(*) FILTER (WHERE relation = 'original') AS originals,
    count(*) FILTER (WHERE NOT is_copy AND relation = 'revision') AS versions,
    count(*) FILTER (WHERE NOT is_copy AND relation = 'repost') AS reposts,
    count(*) FILTER (WHERE is_copy) AS copies,
    round(100.0 * count(*) FILTER (WHERE NOT is_copy) / count(*), 1) AS percent_original,
    sum(word_count) AS words,
    round((100 * sum(own_words) / nullif(sum(word_count), 0))::numeric, 1)
        AS percent_of_words_original
FROM published
GROUP BY source
ORDER BY
    percent_original DESC,
    source;
