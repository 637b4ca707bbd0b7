-- A location that was read again has resolved whatever it was rejected for and is no more.
UPDATE newswire.rejection AS r
SET resolved_at = %(moment)s
FROM unnest(%(source)s::text[], %(location)s::text[]) AS seen (source, location)
WHERE
    r.source = seen.source
    AND r.location = seen.location
    AND r.resolved_at IS NULL
    AND r.rejection_id <> ALL(%(rejection_ids)s::uuid[]);
