-- The best hits with a line of each around the words found.
SELECT
    d.dispatch_id,
    d.published_at,
    d.source,
    d.credit,
    d.language,
    d.headline,
    ts_headline(
        ('newswire.' || newswire.search_configuration(d.language))::regconfig,
        left(d.body, 20000),
        websearch_to_tsquery(
            ('newswire.' || newswire.search_configuration(d.language))::regconfig, %(query)s
        ),
        'MaxFragments=1, MaxWords=24, MinWords=12, StartSel=«««, StopSel=»»»'
    ) AS excerpt,
    (
        SELECT count(*)
        FROM newswire.dispatch AS c
        WHERE c.duplicate_of = d.dispatch_id
    ) AS copies
FROM newswire.search(%(query)s, %(language)s) WITH ORDINALITY AS d
ORDER BY d.ordinality
LIMIT %(most)s;
