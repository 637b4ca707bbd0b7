-- The catalogue's word replaces ours on what a source is; how it does stays.
INSERT INTO newswire.source AS s (
    name, kind, location, format, agency, language, timezone, every, enabled
)
SELECT name, kind, location, format, agency, language, timezone, every, enabled
FROM unnest(
    %(name)s::text[], %(kind)s::text[], %(location)s::text[], %(format)s::text[],
    %(agency)s::text[], %(language)s::text[], %(timezone)s::text[], %(every)s::interval[],
    %(enabled)s::boolean[]
) AS c (name, kind, location, format, agency, language, timezone, every, enabled)
ORDER BY name
ON CONFLICT (name) DO UPDATE SET
    kind = excluded.kind,
    location = excluded.location,
    format = excluded.format,
    agency = excluded.agency,
    language = excluded.language,
    timezone = excluded.timezone,
    every = excluded.every,
    enabled = excluded.enabled
-- A catalogue read again unchanged must not rewrite every row at every run.
WHERE
    (s.kind, s.location, s.format, s.agency, s.language, s.timezone, s.every, s.enabled)
    IS DISTINCT FROM (
        excluded.kind, excluded.location, excluded.format, excluded.agency, excluded.language,
        excluded.timezone, excluded.every, excluded.enabled
    );
