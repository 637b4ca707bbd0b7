-- The full-text step takes them from here, after this transaction. What waits there already is
-- written anew, and so locked: a step that took it before our commit would read the text as it
-- was, and nothing would be left to say that it has changed.
INSERT INTO newswire.search_pending AS p (dispatch_id)
SELECT dispatch_id
FROM staged
WHERE current
ON CONFLICT (dispatch_id) DO UPDATE SET dispatch_id = excluded.dispatch_id;
