-- The schema, the reading role, and text search that ignores accents.
--
-- Everything lives in one schema so that newswire can share a database with other programs and
-- be dropped whole.

CREATE SCHEMA IF NOT EXISTS newswire;

-- Roles belong to the whole server: another database's newswire may have made it already, and a
-- managed server may not let us make one, which costs only the role.
DO $$
BEGIN
    CREATE ROLE newswire_reader NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'no right to create the role newswire_reader: create it by hand to use it';
END
$$;

CREATE EXTENSION IF NOT EXISTS unaccent;

-- Accents come off before stemming, for the texts and the queries alike, so that "eleve" finds
-- "élève". The dictionary's schema is looked up because the extension may already stand
-- elsewhere than in the schema we would choose.
DO $$
DECLARE
    language   text;
    dictionary text;
BEGIN
    SELECT format('%I.%I', n.nspname, d.dictname)
    INTO STRICT dictionary
    FROM pg_ts_dict AS d
    JOIN pg_namespace AS n ON n.oid = d.dictnamespace
    WHERE d.dictname = 'unaccent'
    LIMIT 1;

    FOREACH language IN ARRAY ARRAY['french', 'english', 'simple'] LOOP
        EXECUTE format(
            'CREATE TEXT SEARCH CONFIGURATION newswire.%I (COPY = pg_catalog.%I)', language, language
        );
        EXECUTE format(
            'ALTER TEXT SEARCH CONFIGURATION newswire.%I '
            'ALTER MAPPING FOR hword, hword_part, word WITH %s, pg_catalog.%I',
            language, dictionary,
            CASE language WHEN 'simple' THEN 'simple' ELSE language || '_stem' END
        );
    END LOOP;
END
$$;
