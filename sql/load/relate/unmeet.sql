-- Meetings in what has become boilerplate do not count.
DELETE FROM met
USING unnest(%(months)s::int[], %(hashes)s::bigint[]) AS b (month, hash)
WHERE b.hash = met.hash AND b.month IN (met.month, met.other_month);
