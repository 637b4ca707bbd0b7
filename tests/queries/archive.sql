-- A small archive in which each of sql/queries/ finds something, at fixed times.

INSERT INTO newswire.source (name, kind, location, timezone, every, failures, last_error)
VALUES
    ('wire', 'folder', '/wire', 'Europe/Paris', '5 minutes', 0, NULL),
    ('paper', 'folder', '/paper.rss', 'Europe/London', '5 minutes', 0, NULL),
    ('mute', 'http', 'http://mute.example/', 'UTC', '5 minutes', 3, 'timeout: no answer in 30 s');

INSERT INTO newswire.run (
    run_id, flow, started_at, finished_at, state,
    received, added, revised, unchanged, rejected, duplicates
)
VALUES
    (
        '0000000a-0000-0000-0000-000000000000', 'ingest', '2024-03-05 12:00Z',
        '2024-03-05 12:00:20Z', 'Completed', 200, 150, 10, 30, 10, 5
    ),
    (
        '0000000b-0000-0000-0000-000000000000', 'ingest', '2024-03-06 12:00Z',
        NULL, 'Crashed', 0, 0, 0, 0, 0, 0
    ),
    (
        '0000000c-0000-0000-0000-000000000000', 'ingest', '2024-02-01 12:00Z',
        '2024-02-01 12:00:02Z', 'Completed', 1, 1, 0, 0, 0, 0
    );

INSERT INTO newswire.document (sha256, media_type, body, first_received_at)
VALUES
    (repeat('a', 64), 'text/plain', 'first bytes', '2024-03-05 12:00Z'),
    (repeat('b', 64), 'text/plain', 'second bytes', '2024-03-06 12:00Z');

INSERT INTO newswire.poll (source, location, run_id, polled_at, outcome, sha256, seconds, error)
VALUES
    (
        'paper', 'paper.rss', '0000000a-0000-0000-0000-000000000000', '2024-03-05 12:00Z', 'new',
        repeat('a', 64), 0.1, NULL
    ),
    (
        'paper', 'paper.rss', '0000000b-0000-0000-0000-000000000000', '2024-03-06 12:00Z', 'new',
        repeat('b', 64), 0.1, NULL
    ),
    (
        'wire', 'same-bytes.txt', '0000000a-0000-0000-0000-000000000000', '2024-03-05 12:00Z',
        'new', repeat('a', 64), 0.1, NULL
    ),
    (
        'mute', 'http://mute.example/', '0000000a-0000-0000-0000-000000000000',
        '2024-03-05 12:00Z', 'failed', NULL, 30.0, 'timeout: no answer in 30 s'
    );

INSERT INTO newswire.rejection (
    rejection_id, run_id, source, location, item, stage, code, message, rejected_at, resolved_at
)
VALUES
    (
        '00000001-0000-0000-0000-000000000000', '0000000a-0000-0000-0000-000000000000', 'wire',
        'old.txt', 'old.txt', 'read', 'empty', 'old is empty', '2024-03-04 12:00Z', NULL
    ),
    (
        '00000002-0000-0000-0000-000000000000', '0000000a-0000-0000-0000-000000000000', 'wire',
        'new.txt', 'new.txt', 'read', 'empty', 'new is empty', '2024-03-05 12:00Z',
        '2024-03-06 12:00Z'
    ),
    (
        '00000003-0000-0000-0000-000000000000', '0000000a-0000-0000-0000-000000000000', 'mute',
        'http://mute.example/', 'http://mute.example/', 'fetch', 'timeout', 'no answer',
        '2024-03-05 12:00Z', NULL
    );

-- One line a revision; the last of each dispatch is how it stands. What begins with "Secret" must
-- not be shown by any query.
CREATE TEMPORARY TABLE told (
    number          int,
    revision        int,
    source          text,
    status          text,
    headline        text,
    body            text,
    language        text,
    published_at    timestamptz,
    precision       text,
    embargoed_until timestamptz,
    quality         text[],
    copy_of         int
);

INSERT INTO told
VALUES
    (
        1, 1, 'wire', 'usable', 'Le viaduc de Brumelle ferme', 'Le viaduc ferme lundi.', 'fr',
        '2024-03-04 06:40+01', 'minute', NULL, '{}', NULL
    ),
    (
        2, 1, 'paper', 'usable', 'Brumelle: plus de viaduc', 'Le viaduc ferme lundi.', 'fr',
        '2024-03-04 08:10:30+01', 'second', NULL, '{glued_word}', 1
    ),
    (
        3, 1, 'wire', 'usable', 'Le maire démissionne', 'Le maire part.', 'fr',
        '2024-03-05 00:00+01', 'day', NULL, '{}', NULL
    ),
    (
        3, 2, 'wire', 'canceled', 'Le maire démissionne', 'Le maire part.', 'fr',
        '2024-03-05 00:00+01', 'day', NULL, '{}', NULL
    ),
    (
        4, 1, 'paper', 'usable', 'Brumelle sans maire', 'Le maire part.', 'fr',
        '2024-03-05 09:00+01', 'minute', NULL, '{}', 3
    ),
    (
        5, 1, 'wire', 'withheld', 'Secret discours', 'Secret texte.', 'fr',
        '2024-03-05 09:00+01', 'minute', NULL, '{glued_word,truncated}', NULL
    ),
    (
        6, 1, 'wire', 'usable', 'Sleep study published', 'Teenagers sleep less.', 'en',
        '2024-03-05 06:00Z', 'minute', '2024-03-05 06:00Z', '{}', NULL
    ),
    (
        7, 1, 'wire', 'usable', 'Secret merger', 'Secret figures.', 'en',
        NULL, NULL, 'infinity', '{truncated}', NULL
    ),
    (
        8, 1, 'paper', 'usable', 'Bridge closed for a day', 'The bridge is shut.', 'en',
        '2024-03-05 10:00Z', 'second', NULL, '{}', NULL
    ),
    (
        8, 2, 'paper', 'usable', 'Bridge closed for a year', 'The bridge is shut.', 'en',
        '2024-03-05 10:00Z', 'second', NULL, '{}', NULL
    ),
    (
        9, 1, 'paper', 'usable', 'Ferry sails at noon', 'It is correct that it sails.', 'en',
        '2024-03-05 10:00Z', 'second', NULL, '{}', NULL
    ),
    (
        9, 2, 'paper', 'usable', 'Ferry sails at one',
        'Corrects the hour. It is correct that it sails.', 'en', '2024-03-05 10:00Z', 'second',
        NULL, '{}', NULL
    ),
    (
        10, 1, 'paper', 'usable', 'Toll to rise', 'The toll rises.', NULL,
        '2024-03-05 10:00Z', 'second', NULL, '{}', NULL
    ),
    (
        10, 2, 'paper', 'usable', 'Toll to fall', 'The toll falls.', NULL,
        '2024-03-05 18:00Z', 'second', NULL, '{}', NULL
    ),
    (
        11, 1, 'wire', 'usable', 'Le viaduc de Brumelle ferme pour un an',
        'Le viaduc ferme lundi. La préfète prévoit un an de travaux.', 'fr',
        '2024-03-04 12:40+01', 'minute', NULL, '{}', 1
    ),
    (
        12, 1, 'paper', 'usable', 'Un an sans viaduc',
        'La préfète prévoit un an de travaux.', 'fr',
        '2024-03-04 15:40+01', 'minute', NULL, '{}', 1
    );

INSERT INTO newswire.revision (
    dispatch_id, revision, source, external_id, status, headline, body, language,
    published_at, published_precision, embargoed_until, keywords, word_count, quality,
    recorded_at, superseded_at, sha256, location, position, run_id, item_digest, content_digest
)
SELECT
    (lpad(number::text, 8, '0') || '-0000-0000-0000-000000000000')::uuid,
    revision,
    source,
    'item-' || number,
    status,
    headline,
    body,
    language,
    published_at,
    precision,
    embargoed_until,
    '{}',
    array_length(string_to_array(body, ' '), 1),
    quality,
    timestamptz '2024-03-05 12:00Z' + (revision - 1) * interval '1 day',
    CASE
        WHEN revision < max(revision) OVER (PARTITION BY number)
            THEN timestamptz '2024-03-06 12:00Z'
    END,
    repeat(CASE revision WHEN 1 THEN 'a' ELSE 'b' END, 64),
    'paper.rss',
    number,
    CASE revision
        WHEN 1 THEN '0000000a-0000-0000-0000-000000000000'::uuid
        ELSE '0000000b-0000-0000-0000-000000000000'::uuid
    END,
    '',
    ''
FROM told;

INSERT INTO newswire.dispatch (
    dispatch_id, source, external_id, revision, status, headline, body, language,
    published_at, published_precision, embargoed_until, word_count, quality, duplicate_of,
    first_seen_at, last_seen_at, item_digest, content_digest
)
SELECT
    r.dispatch_id,
    r.source,
    r.external_id,
    r.revision,
    r.status,
    r.headline,
    r.body,
    r.language,
    r.published_at,
    r.published_precision,
    r.embargoed_until,
    r.word_count,
    r.quality,
    (lpad(t.copy_of::text, 8, '0') || '-0000-0000-0000-000000000000')::uuid,
    '2024-03-05 12:00Z',
    '2024-03-06 12:00Z',
    '',
    ''
FROM newswire.revision AS r
JOIN told AS t ON 'item-' || t.number = r.external_id AND t.revision = r.revision
WHERE r.superseded_at IS NULL;

-- A late arrival, two days after all others, and older than they are.
UPDATE newswire.dispatch
SET first_seen_at = '2024-03-07 12:00Z', last_seen_at = '2024-03-07 12:00Z'
WHERE external_id = 'item-6';

-- The paper's second copy has too little of the original for a pair with it. The wire's study
-- quotes its story of the viaduct, and is another story.
INSERT INTO newswire.duplicate (dispatch_id, of_dispatch_id, relation, share, jaccard)
SELECT
    (lpad(copy::text, 8, '0') || '-0000-0000-0000-000000000000')::uuid,
    (lpad(original::text, 8, '0') || '-0000-0000-0000-000000000000')::uuid,
    relation,
    share,
    jaccard
FROM (
    VALUES
        (2, 1, 'republication', 0.97, 0.9),
        (4, 3, 'republication', 0.97, 0.9),
        (11, 1, 'revision', 0.4, 0.4),
        (11, 2, 'republication', 0.4, 0.4),
        (12, 11, 'republication', 1, 0.6),
        (6, 11, 'revision', 0.4, 0.2)
) AS verified (copy, original, relation, share, jaccard);

INSERT INTO newswire.search_terms (dispatch_id, configuration, terms)
SELECT
    dispatch_id,
    newswire.search_configuration(language),
    to_tsvector(
        ('newswire.' || newswire.search_configuration(language))::regconfig,
        headline || ' ' || body
    )
FROM newswire.dispatch;
