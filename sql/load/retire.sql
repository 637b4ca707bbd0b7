-- A source that is no longer in the catalogue is not polled; its dispatches stay. Sources named
-- by path alone never had an interval and are left as they are.
UPDATE newswire.source
SET enabled = false
WHERE enabled AND every IS NOT NULL AND name <> ALL(%(names)s::text[]);
