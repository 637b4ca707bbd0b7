SELECT coalesce(max(batch) + 1, 0) AS number
FROM newswire.tally
WHERE run_id = %(run_id)s;
