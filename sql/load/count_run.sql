UPDATE newswire.run AS r
SET
    received = t.received,
    added = t.added,
    revised = t.revised,
    unchanged = t.unchanged,
    rejected = t.rejected,
    duplicates = t.duplicates
FROM (
    SELECT
        coalesce(sum(received), 0) AS received,
        coalesce(sum(added), 0) AS added,
        coalesce(sum(revised), 0) AS revised,
        coalesce(sum(unchanged), 0) AS unchanged,
        coalesce(sum(rejected), 0) AS rejected,
        coalesce(sum(duplicates), 0) AS duplicates
    FROM newswire.tally
    WHERE run_id = %(run_id)s
) AS t
WHERE r.run_id = %(run_id)s;
