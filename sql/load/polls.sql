INSERT INTO newswire.poll (
    source, location, run_id, polled_at, outcome, documents, http_status, sha256, seconds, error
)
SELECT
    source, location, %(run_id)s, %(moment)s, outcome, documents, http_status, sha256, seconds, error
FROM unnest(
    %(source)s::text[], %(location)s::text[], %(outcome)s::text[], %(documents)s::int[],
    %(http_status)s::int[], %(sha256)s::text[], %(seconds)s::double precision[], %(error)s::text[]
) AS poll (source, location, outcome, documents, http_status, sha256, seconds, error);
