-- Where the compared dispatches stand in time, as the archive has them.
UPDATE compared AS c
SET
    source = d.source,
    at = coalesce(d.published_at, d.first_seen_at),
    month = newswire.month_of(coalesce(d.published_at, d.first_seen_at)),
    text_digest = d.text_digest
FROM newswire.dispatch AS d
WHERE d.dispatch_id = c.dispatch_id;
