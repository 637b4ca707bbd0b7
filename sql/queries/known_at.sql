-- What did we know at a given moment, and what has become of it since?
--
-- psql "$(newswire dsn)" -v at='2026-11-05 12:00+01' -f sql/queries/known_at.sql
--
-- at: a moment; default: this one

\if :{?at}
\else
SELECT now() AS at
\gset
\endif

-- An embargo that stood at the moment hid the text then, but one that stands today hides it
-- still: the answer is read today.
SELECT
    k.source,
    k.published_at,
    k.headline AS headline_then,
    k.revision AS revision_then,
    k.status AS status_then,
    CASE WHEN d.headline <> k.headline THEN d.headline END AS headline_since,
    d.revision - k.revision AS revisions_since,
    CASE WHEN d.status <> k.status THEN d.status END AS status_since,
    k.dispatch_id
FROM newswire.dispatch_as_of(:'at'::timestamptz) AS k
JOIN newswire.dispatch AS d ON d.dispatch_id = k.dispatch_id
WHERE
    k.status = 'usable'
    AND (k.embargoed_until IS NULL OR k.embargoed_until <= :'at'::timestamptz)
    AND d.status <> 'withheld'
    AND (d.embargoed_until IS NULL OR d.embargoed_until <= now())
ORDER BY
    k.published_at DESC NULLS LAST,
    k.dispatch_id;
