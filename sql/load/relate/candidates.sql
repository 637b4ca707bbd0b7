-- Pairs that are worth comparing: later, earlier, seconds apart, whether of one source. Those of
-- one text need no comparing.
SELECT DISTINCT
    CASE
        WHEN (s.at, s.dispatch_id) > (o.at, o.dispatch_id) THEN s.dispatch_id
        ELSE o.dispatch_id
    END AS later,
    CASE
        WHEN (s.at, s.dispatch_id) > (o.at, o.dispatch_id) THEN o.dispatch_id
        ELSE s.dispatch_id
    END AS earlier,
    extract(EPOCH FROM greatest(s.at, o.at) - least(s.at, o.at))::float8 AS seconds,
    s.source = o.source AS same_source
FROM (
    SELECT dispatch_id, other, count(*) AS shared
    FROM met
    WHERE
        other_at BETWEEN at - %(reach)s::interval AND at + %(reach)s::interval
        AND other <> dispatch_id
    GROUP BY dispatch_id, other
) AS m
JOIN newswire.signature AS s ON s.dispatch_id = m.dispatch_id
JOIN newswire.signature AS o ON o.dispatch_id = m.other
WHERE
    (m.shared >= %(fewest_shared)s OR least(s.words, o.words) < %(short_words)s)
    AND s.text_digest IS DISTINCT FROM o.text_digest;
