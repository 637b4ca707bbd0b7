-- The full-text step takes them from here, after this transaction. Updating what is there waits
-- for a step that is just taking it, and then puts it in anew: that step has read the text as it
-- was before.
INSERT INTO newswire.search_pending AS p (dispatch_id)
SELECT dispatch_id
FROM staged
WHERE current
ON CONFLICT (dispatch_id) DO UPDATE SET dispatch_id = excluded.dispatch_id;
