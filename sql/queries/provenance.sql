-- From which bytes does a dispatch come, when and how did they reach us?
--
-- psql "$(newswire dsn)" -v id='…' -f sql/queries/provenance.sql
--
-- id: a dispatch_id or its beginning, as `newswire search` and the other queries show it; of
-- several that begin alike, all; default: the dispatch with the most revisions
--
-- The bytes themselves, for a user who may read them (newswire_reader may not):
--     psql "$(newswire dsn)" -At \
--         -c "SELECT encode(body, 'hex') FROM newswire.document WHERE sha256 = '…'" | xxd -r -p

\if :{?id}
\else
SELECT
    coalesce(
        (
            SELECT dispatch_id
            FROM newswire.dispatch
            WHERE status = 'usable'
            ORDER BY
                revision DESC,
                first_seen_at DESC,
                dispatch_id
            LIMIT 1
        ),
        '00000000-0000-0000-0000-000000000000'
    ) AS id
\gset
\endif

-- The same bytes may have been met several times: the first poll of this place that brought them
-- is what counts.
SELECT
    r.dispatch_id,
    r.revision,
    r.status,
    CASE
        WHEN
            r.status <> 'withheld'
            AND (r.embargoed_until IS NULL OR r.embargoed_until <= now())
            THEN r.headline
    END AS headline,
    r.recorded_at,
    r.superseded_at,
    r.sha256,
    r.location,
    r.position,
    c.media_type,
    c.first_received_at,
    p.first_polled_at,
    p.http_status,
    u.flow,
    u.state AS run_state,
    r.run_id
FROM newswire.revision AS r
LEFT JOIN newswire.document AS c ON c.sha256 = r.sha256
LEFT JOIN newswire.run AS u ON u.run_id = r.run_id
LEFT JOIN LATERAL (
    SELECT
        min(q.polled_at) AS first_polled_at,
        (array_agg(q.http_status ORDER BY q.polled_at))[1] AS http_status
    FROM newswire.poll AS q
    WHERE
        q.sha256 = r.sha256
        AND q.source = r.source
        AND q.location = r.location
        AND q.outcome = 'new'
) AS p ON true
WHERE starts_with(r.dispatch_id::text, lower(:'id'))
ORDER BY
    r.dispatch_id,
    r.revision;
