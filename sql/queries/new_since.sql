-- What is new since a given moment?
--
-- psql "$(newswire dsn)" -v since='2026-11-02 06:00+01' -f sql/queries/new_since.sql
--
-- since: a moment; default: 24 hours before the latest arrival, so that an archive that has not
-- run for a week still answers.

\if :{?since}
\else
SELECT coalesce(max(first_seen_at), now()) - interval '24 hours' AS since
FROM newswire.dispatch
\gset
\endif

-- What counts is when a dispatch reached the archive, not the date it carries: a late delivery
-- of last week's dispatches is news to the archive.
SELECT
    first_seen_at,
    published_at,
    source,
    credit,
    language,
    headline,
    word_count,
    dispatch_id
FROM newswire.publishable
WHERE first_seen_at >= :'since'::timestamptz
ORDER BY
    first_seen_at DESC,
    published_at DESC NULLS LAST,
    dispatch_id;
