-- Pairs that are worth comparing: later, earlier, seconds apart, whether of one source. Those of
-- one text need no comparing.
WITH shared AS MATERIALIZED (
    SELECT text, other, count(*) AS fingerprints
    FROM met
    WHERE near
    GROUP BY text, other
),

neighbour AS MATERIALIZED (
    SELECT t.month, t.fingerprints, o.dispatch_id, o.source, o.at, o.text_digest
    FROM shared AS s
    JOIN compared AS t ON t.dispatch_id = s.text
    JOIN newswire.signature AS o ON o.dispatch_id = s.other
    WHERE s.fingerprints >= %(fewest_shared)s OR least(t.words, o.words) < %(short_words)s
)

SELECT DISTINCT
    CASE
        WHEN (c.at, c.dispatch_id) > (o.at, o.dispatch_id) THEN c.dispatch_id
        ELSE o.dispatch_id
    END AS later,
    CASE
        WHEN (c.at, c.dispatch_id) > (o.at, o.dispatch_id) THEN o.dispatch_id
        ELSE c.dispatch_id
    END AS earlier,
    extract(EPOCH FROM greatest(c.at, o.at) - least(c.at, o.at))::float8 AS seconds,
    c.source = o.source AS same_source
FROM neighbour AS o
JOIN compared AS c ON c.month = o.month AND c.fingerprints = o.fingerprints
WHERE
    c.dispatch_id <> o.dispatch_id
    AND o.at BETWEEN c.at - %(reach)s::interval AND c.at + %(reach)s::interval
    AND c.text_digest IS DISTINCT FROM o.text_digest;
