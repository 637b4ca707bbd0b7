-- What the compared dispatches were: their postings go, and the texts they had and the boilerplate
-- they carried are looked at again.
WITH former AS (
    SELECT s.dispatch_id, s.month, s.text_digest, h.hash
    FROM compared AS c
    JOIN newswire.signature AS s USING (dispatch_id)
    LEFT JOIN unnest(s.fingerprints) AS h (hash) ON true
),

gone AS (
    DELETE FROM newswire.fingerprint AS f
    USING former AS o
    WHERE f.month = o.month AND f.hash = o.hash AND f.dispatch_id = o.dispatch_id
),

texts AS (
    INSERT INTO touched_text
    SELECT DISTINCT text_digest
    FROM former
    WHERE text_digest IS NOT NULL
)

INSERT INTO freed (month, hash)
SELECT DISTINCT o.month, o.hash
FROM former AS o
JOIN newswire.boilerplate AS b USING (month, hash);
