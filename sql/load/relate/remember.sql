-- What they are. Postings go in by hash, so that each page of the index is written once.
WITH kept AS (
    INSERT INTO newswire.signature (
        dispatch_id, source, at, month, words, text_digest, fingerprints, content
    )
    SELECT dispatch_id, source, at, month, words, text_digest, fingerprints, content
    FROM compared
    ON CONFLICT (dispatch_id) DO UPDATE SET
        source = excluded.source,
        at = excluded.at,
        month = excluded.month,
        words = excluded.words,
        text_digest = excluded.text_digest,
        fingerprints = excluded.fingerprints,
        content = excluded.content
),

texts AS (
    INSERT INTO touched_text
    SELECT DISTINCT text_digest
    FROM compared
    WHERE text_digest IS NOT NULL
    ON CONFLICT DO NOTHING
)

INSERT INTO newswire.fingerprint (hash, at, dispatch_id, month)
SELECT h.hash, c.at, c.dispatch_id, c.month
FROM compared AS c
CROSS JOIN unnest(c.fingerprints) AS h (hash)
ORDER BY c.month, h.hash;
