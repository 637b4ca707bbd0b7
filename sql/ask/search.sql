-- The best hits with a line of each around the words found. A day is a day of its source's zone:
-- shown in UTC, a dispatch of the 14th from Paris would be of the 13th, 23:00.
SELECT
    d.dispatch_id,
    d.published_at,
    d.published_precision,
    to_char(
        d.published_at
        AT TIME ZONE CASE d.published_precision WHEN 'day' THEN coalesce(s.timezone, 'UTC') ELSE 'UTC' END,
        CASE d.published_precision WHEN 'day' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI"Z"' END
    ) AS published,
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
        WHERE c.duplicate_of = coalesce(d.duplicate_of, d.dispatch_id)
    ) AS copies
FROM newswire.search(%(query)s, %(language)s) WITH ORDINALITY AS d
LEFT JOIN newswire.source AS s ON s.name = d.source
ORDER BY d.ordinality
LIMIT %(most)s;
