-- What is held back, under embargo or withdrawn, and do copies of it still stand elsewhere?
--
-- psql "$(newswire dsn)" -v since='2026-11-02' -f sql/queries/embargoes_and_withdrawals.sql
--
-- since: a moment of arrival; default: the whole archive

\if :{?since}
\else
\set since '-infinity'
\endif

-- How long a withdrawn dispatch had stood: from its first usable state to its first canceled one,
-- as known here.
WITH withdrawal AS (
    SELECT
        dispatch_id,
        min(recorded_at) FILTER (WHERE status = 'usable') AS usable_from,
        min(recorded_at) FILTER (WHERE status = 'canceled') AS canceled_at
    FROM newswire.revision
    GROUP BY dispatch_id
),

listed AS (
    SELECT
        d.dispatch_id,
        d.source,
        d.external_id,
        d.published_at,
        d.embargoed_until,
        d.headline,
        CASE
            WHEN d.status = 'canceled' THEN 'withdrawn'
            WHEN d.status = 'withheld' THEN 'held back'
            WHEN d.embargoed_until > now() THEN 'under embargo'
            ELSE 'embargo passed'
        END AS state,
        w.usable_from,
        w.canceled_at,
        CASE WHEN d.status = 'canceled' THEN w.canceled_at - w.usable_from END AS stood_for,
        (
            SELECT count(*)
            FROM newswire.dispatch AS c
            WHERE c.duplicate_of = d.dispatch_id AND c.status = 'usable'
        ) AS copies_standing
    FROM newswire.dispatch AS d
    LEFT JOIN withdrawal AS w ON w.dispatch_id = d.dispatch_id
    WHERE
        (d.status <> 'usable' OR d.embargoed_until IS NOT NULL)
        AND d.first_seen_at >= :'since'::timestamptz
)

SELECT
    state,
    source,
    external_id,
    published_at,
    embargoed_until,
    canceled_at,
    stood_for,
    copies_standing,
    -- That something is held back may be known; what it says may not, nor what was withdrawn
    -- before it could be shown.
    CASE
        WHEN state = 'embargo passed' OR (state = 'withdrawn' AND usable_from IS NOT NULL)
            THEN headline
    END AS headline,
    dispatch_id
FROM listed
ORDER BY
    array_position(ARRAY['held back', 'under embargo', 'withdrawn', 'embargo passed'], state),
    published_at DESC NULLS LAST,
    dispatch_id;
