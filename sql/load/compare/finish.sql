DELETE FROM newswire.comparison
WHERE
    since = coalesce(%(since)s::timestamptz, '-infinity')
    AND until = coalesce(%(until)s::timestamptz, 'infinity');
