-- What most queries start from: what may be shown, how the sources do, what was known when.

CREATE VIEW newswire.publishable AS
SELECT d.*
FROM newswire.dispatch AS d
WHERE
    d.status = 'usable'
    AND (d.embargoed_until IS NULL OR d.embargoed_until <= now())
    AND d.duplicate_of IS NULL;

COMMENT ON VIEW newswire.publishable IS 'Usable, past any embargo, not a copy';

CREATE VIEW newswire.source_health AS
SELECT
    s.name AS source,
    s.kind,
    s.enabled,
    s.failures,
    s.last_error,
    s.next_poll_at,
    p.last_polled_at,
    p.last_good_at,
    p.polls_24h,
    p.failed_24h,
    d.last_dispatch_at,
    coalesce(d.dispatches, 0) AS dispatches,
    coalesce(r.open_rejections, 0) AS open_rejections,
    CASE
        WHEN NOT s.enabled AND s.every IS NOT NULL THEN 'disabled'
        WHEN s.failures > 0 THEN 'failing'
        WHEN p.last_polled_at IS NULL THEN 'never polled'
        ELSE 'healthy'
    END AS health
FROM newswire.source AS s
LEFT JOIN LATERAL (
    SELECT
        max(polled_at) AS last_polled_at,
        max(polled_at) FILTER (WHERE outcome <> 'failed') AS last_good_at,
        count(*) FILTER (WHERE polled_at > now() - interval '24 hours') AS polls_24h,
        count(*) FILTER (
            WHERE outcome = 'failed' AND polled_at > now() - interval '24 hours'
        ) AS failed_24h
    FROM newswire.poll
    WHERE poll.source = s.name
) AS p ON true
LEFT JOIN LATERAL (
    SELECT max(first_seen_at) AS last_dispatch_at, count(*) AS dispatches
    FROM newswire.dispatch
    WHERE dispatch.source = s.name
) AS d ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS open_rejections
    FROM newswire.rejection
    WHERE rejection.source = s.name AND rejection.resolved_at IS NULL
) AS r ON true;

COMMENT ON VIEW newswire.source_health IS 'How each source does: last poll, failures, volume';

-- A state counts from the moment it was recorded up to, not including, the moment it was
-- superseded, so that at any instant each dispatch has one state at most.
CREATE FUNCTION newswire.dispatch_as_of(moment timestamptz) RETURNS SETOF newswire.revision
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.*
    FROM newswire.revision AS r
    WHERE
        r.recorded_at <= moment
        AND (r.superseded_at IS NULL OR r.superseded_at > moment);
END;

-- Each language is asked in its own stems. One query joined by OR over the three would let
-- "-word" through: a text holds the word in its own stem and never in the other languages'.
CREATE FUNCTION newswire.search(query text, language text DEFAULT NULL)
RETURNS SETOF newswire.dispatch
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH asked (configuration, words) AS (
        VALUES
            ('french', websearch_to_tsquery('newswire.french', query)),
            ('english', websearch_to_tsquery('newswire.english', query)),
            ('simple', websearch_to_tsquery('newswire.simple', query))
    )

    SELECT d.*
    FROM asked AS a
    JOIN newswire.search_terms AS t ON t.configuration = a.configuration AND t.terms @@ a.words
    JOIN newswire.publishable AS p ON p.dispatch_id = t.dispatch_id
    JOIN newswire.dispatch AS d ON d.dispatch_id = t.dispatch_id
    WHERE search.language IS NULL OR d.language = search.language
    ORDER BY
        ts_rank_cd(t.terms, a.words, 1) DESC,
        d.published_at DESC NULLS LAST,
        d.dispatch_id;
END;

COMMENT ON FUNCTION newswire.search(text, text) IS
    'Publishable dispatches, best first; quotes, OR and - as on the web, accents ignored';

-- newswire_reader may not exist where we had no right to create it.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'newswire_reader') THEN
        GRANT USAGE ON SCHEMA newswire TO newswire_reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA newswire TO newswire_reader;
        REVOKE ALL ON newswire.document FROM newswire_reader;
        GRANT SELECT (sha256, media_type, charset, base_url, first_received_at)
            ON newswire.document TO newswire_reader;
    END IF;
END
$$;
