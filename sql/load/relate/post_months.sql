-- The postings of whole months, as their signatures have them.
INSERT INTO newswire.fingerprint (hash, at, dispatch_id, month)
SELECT h.hash, s.at, s.dispatch_id, s.month
FROM newswire.signature AS s
CROSS JOIN unnest(s.fingerprints) AS h (hash)
WHERE s.month = ANY(%(months)s::int[])
ORDER BY s.month, h.hash;
