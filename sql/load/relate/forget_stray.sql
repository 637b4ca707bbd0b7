-- Postings whose signature was lost: the dispatch must not be counted twice among the carriers.
DELETE FROM newswire.fingerprint AS f
USING compared AS c
CROSS JOIN unnest(c.fingerprints) AS h (hash)
WHERE f.month = c.month AND f.hash = h.hash AND f.dispatch_id = c.dispatch_id;
