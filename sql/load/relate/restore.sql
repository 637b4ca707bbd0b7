-- What was boilerplate and is no longer, even if nobody carries it any more: its carriers are
-- compared anew.
WITH rare AS (
    DELETE FROM newswire.boilerplate AS b
    USING (
        SELECT f.month, f.hash
        FROM freed AS f
        LEFT JOIN newswire.fingerprint AS p USING (month, hash)
        LEFT JOIN newswire.signature AS s USING (dispatch_id)
        GROUP BY f.month, f.hash
        HAVING
            count(DISTINCT s.fingerprints[1]) <= %(most_stories)s
            AND count(s.dispatch_id) <= %(most_dispatches)s
    ) AS r
    WHERE b.month = r.month AND b.hash = r.hash
    RETURNING b.month, b.hash
),

carrier AS (
    SELECT DISTINCT p.dispatch_id
    FROM rare
    JOIN newswire.fingerprint AS p USING (month, hash)
),

texts AS (
    INSERT INTO touched_text
    SELECT DISTINCT s.text_digest
    FROM newswire.signature AS s
    JOIN carrier USING (dispatch_id)
    WHERE s.text_digest IS NOT NULL
    ON CONFLICT DO NOTHING
)

INSERT INTO compared (dispatch_id, source, at, month, words, text_digest, fingerprints, content)
SELECT
    s.dispatch_id, s.source, s.at, s.month, s.words, s.text_digest, s.fingerprints, s.content
FROM newswire.signature AS s
JOIN carrier USING (dispatch_id)
ON CONFLICT DO NOTHING;
