-- The state that stood until this batch ends where the new one begins. A clock set back must not
-- make a state end before it began.
UPDATE newswire.revision AS r
SET superseded_at = greatest(r.recorded_at, %(moment)s)
FROM (SELECT DISTINCT dispatch_id FROM staged WHERE revision > 1) AS s
WHERE r.dispatch_id = s.dispatch_id AND r.superseded_at IS NULL;
