-- Bytes are kept once per content; sorted, so that two loads with the same contents cannot block
-- one another.
INSERT INTO newswire.document (sha256, media_type, charset, base_url, body, first_received_at)
SELECT DISTINCT ON (sha256) sha256, media_type, charset, base_url, body, received_at
FROM staged_document
ORDER BY sha256, received_at
ON CONFLICT (sha256) DO NOTHING;
