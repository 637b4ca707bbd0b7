-- Builds the search terms of some dispatches. A headline weighs more than the body. Terms of one
-- text may take 1 MB at most (a limit of tsvector): of a longer text the beginning is searchable,
-- about as far as tsvector knows positions (16,383 words). At worst a character takes eight bytes:
-- four, and again in the compound that its word stands in.
INSERT INTO newswire.search_terms AS s (dispatch_id, configuration, terms)
SELECT
    d.dispatch_id,
    newswire.search_configuration(d.language),
    setweight(
        to_tsvector(
            ('newswire.' || newswire.search_configuration(d.language))::regconfig,
            left(d.headline, 10000)
        ),
        'A'
    ) || setweight(
        to_tsvector(
            ('newswire.' || newswire.search_configuration(d.language))::regconfig,
            left(d.body, 100000)
        ),
        'D'
    )
FROM newswire.dispatch AS d
WHERE d.dispatch_id = ANY(%(dispatch_ids)s::uuid[])
ON CONFLICT (dispatch_id) DO UPDATE SET
    configuration = excluded.configuration,
    terms = excluded.terms;
