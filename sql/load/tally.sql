INSERT INTO newswire.tally (
    run_id, batch, source, received, added, revised, unchanged, rejected, duplicates, seconds
)
SELECT
    %(run_id)s, %(batch)s, source, received, added, revised, unchanged, rejected, duplicates, seconds
FROM unnest(
    %(source)s::text[], %(received)s::int[], %(added)s::int[], %(revised)s::int[],
    %(unchanged)s::int[], %(rejected)s::int[], %(duplicates)s::int[],
    %(seconds)s::double precision[]
) AS counted (source, received, added, revised, unchanged, rejected, duplicates, seconds);
