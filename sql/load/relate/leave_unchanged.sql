-- A revision of something else (a status, a byline) leaves nothing to compare.
DELETE FROM compared AS c
USING newswire.signature AS s
WHERE
    s.dispatch_id = c.dispatch_id
    AND s.at = c.at
    AND s.text_digest IS NOT DISTINCT FROM c.text_digest
    AND s.content = c.content;
