-- The full-text step takes them from here, after this transaction.
INSERT INTO newswire.search_pending (dispatch_id)
SELECT dispatch_id
FROM staged
WHERE current
ON CONFLICT DO NOTHING;
