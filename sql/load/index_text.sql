-- Takes some of the waiting dispatches and builds their search terms. Rows taken by another run
-- are left to it. A headline weighs more than the body. Terms of one text may take 1 MB at most
-- (a limit of tsvector): of a longer text the beginning is searchable.
WITH taken AS (
    DELETE FROM newswire.search_pending
    WHERE dispatch_id IN (
        SELECT dispatch_id
        FROM newswire.search_pending
        LIMIT %(most)s
        FOR UPDATE SKIP LOCKED
    )
    RETURNING dispatch_id
),

built AS (
    SELECT
        d.dispatch_id,
        newswire.search_configuration(d.language) AS configuration,
        setweight(
            to_tsvector(
                ('newswire.' || newswire.search_configuration(d.language))::regconfig,
                left(d.headline, 10000)
            ),
            'A'
        ) || setweight(
            to_tsvector(
                ('newswire.' || newswire.search_configuration(d.language))::regconfig,
                left(d.body, 200000)
            ),
            'D'
        ) AS terms
    FROM taken AS t
    JOIN newswire.dispatch AS d ON d.dispatch_id = t.dispatch_id
),

written AS (
    INSERT INTO newswire.search_terms AS s (dispatch_id, configuration, terms)
    SELECT dispatch_id, configuration, terms
    FROM built
    ON CONFLICT (dispatch_id) DO UPDATE SET
        configuration = excluded.configuration,
        terms = excluded.terms
)

SELECT count(*) AS taken
FROM taken;
