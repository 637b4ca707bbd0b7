-- Shelved months that this comparison touches: those of what is compared, as it was and as it is,
-- and the ones beside them, into which 48 hours and boilerplate reach.
DELETE FROM newswire.shelved_month AS h
USING (
    SELECT month FROM compared
    UNION
    SELECT s.month FROM compared AS c JOIN newswire.signature AS s USING (dispatch_id)
) AS t
WHERE h.month BETWEEN t.month - 1 AND t.month + 1
RETURNING h.month;
