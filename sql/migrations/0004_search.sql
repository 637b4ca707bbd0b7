-- Full-text search: the index is a table of its own, filled by a step of its own after the load.
--
-- Building search terms is an order of magnitude slower than storing text, so loading does not
-- wait for it: it leaves the ids in search_pending, and the step that follows takes them from
-- there. A step that was killed is resumed by the next run.

CREATE TABLE newswire.search_pending (
    dispatch_id uuid PRIMARY KEY
);

CREATE TABLE newswire.search_terms (
    dispatch_id   uuid PRIMARY KEY,
    configuration text NOT NULL CHECK (configuration IN ('french', 'english', 'simple')),
    terms         tsvector NOT NULL
);

CREATE INDEX search_terms_by_term ON newswire.search_terms USING gin (terms);

COMMENT ON TABLE newswire.search_terms IS 'What newswire.search() looks through';

-- The one place that says which stemming a language gets.
CREATE FUNCTION newswire.search_configuration(language text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE language WHEN 'fr' THEN 'french' WHEN 'en' THEN 'english' ELSE 'simple' END;
