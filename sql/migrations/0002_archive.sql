-- The archive: where dispatches come from, the bytes received, and what they said and when.
--
-- Keys are names, digests and uuids computed by the client, never sequences, and tables refer to
-- one another by value: a larger engine (native partitions, Citus) can take over any of them.

CREATE TABLE newswire.source (
    name         text PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('folder', 'http')),
    location     text NOT NULL,
    format       text NOT NULL DEFAULT 'auto',
    agency       text,
    language     text,
    timezone     text NOT NULL DEFAULT 'UTC',
    every        interval,
    enabled      boolean NOT NULL DEFAULT true,
    next_poll_at timestamptz NOT NULL DEFAULT now(),
    failures     int NOT NULL DEFAULT 0,
    last_error   text
);

COMMENT ON TABLE newswire.source IS 'A place dispatches come from';
COMMENT ON COLUMN newswire.source.every IS 'Null: polled only when asked for by name or path';
COMMENT ON COLUMN newswire.source.failures IS 'Polls failed in a row; 0 after one that worked';

-- How far each location has been read. Moves only in the transaction that stores what it led to.
CREATE TABLE newswire.cursor (
    source        text NOT NULL,
    location      text NOT NULL,
    etag          text,
    last_modified text,
    stamp         text,
    sha256        text
);

-- By digest: a path may be longer than an index entry (2,704 bytes).
CREATE UNIQUE INDEX cursor_by_location ON newswire.cursor (source, md5(location));

CREATE TABLE newswire.document (
    sha256            text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type        text NOT NULL,
    charset           text,
    base_url          text,
    body              bytea NOT NULL,
    first_received_at timestamptz NOT NULL
);

-- Uncompressed out of line: compressing costs more time at load than the disk it saves is worth.
ALTER TABLE newswire.document ALTER COLUMN body SET STORAGE EXTERNAL;

COMMENT ON TABLE newswire.document IS 'Bytes as received, once per content';

CREATE TABLE newswire.poll (
    poll_id     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    source      text NOT NULL,
    location    text NOT NULL,
    run_id      uuid NOT NULL,
    polled_at   timestamptz NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('new', 'not_modified', 'unchanged', 'failed')),
    documents   int NOT NULL DEFAULT 1,
    http_status int,
    sha256      text,
    seconds     double precision NOT NULL,
    error       text
);

COMMENT ON TABLE newswire.poll IS 'One attempt to get a document';
COMMENT ON COLUMN newswire.poll.documents IS
    'More than 1 where one row speaks for all the files of a folder that have not changed';

CREATE INDEX poll_by_source ON newswire.poll (source, polled_at DESC);
CREATE INDEX poll_by_document ON newswire.poll (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX poll_by_time ON newswire.poll USING brin (polled_at);

CREATE TABLE newswire.dispatch (
    dispatch_id         uuid PRIMARY KEY,
    source              text NOT NULL,
    external_id         text NOT NULL,
    revision            int NOT NULL CHECK (revision >= 1),
    status              text NOT NULL CHECK (status IN ('usable', 'withheld', 'canceled')),
    headline            text NOT NULL,
    body                text NOT NULL,
    language            text,
    credit              text,
    byline              text,
    dateline            text,
    url                 text,
    published_at        timestamptz,
    published_precision text CHECK (published_precision IN ('second', 'minute', 'day')),
    embargoed_until     timestamptz,
    urgency             int,
    slugline            text,
    keywords            text[] NOT NULL DEFAULT '{}',
    word_count          int NOT NULL,
    quality             text[] NOT NULL DEFAULT '{}',
    duplicate_of        uuid,
    first_seen_at       timestamptz NOT NULL,
    last_seen_at        timestamptz NOT NULL,
    item_digest         bytea NOT NULL,
    content_digest      bytea NOT NULL,
    text_digest         bytea,
    UNIQUE (source, external_id),
    CHECK ((published_at IS NULL) = (published_precision IS NULL)),
    CHECK (duplicate_of <> dispatch_id)
);

ALTER TABLE newswire.dispatch ALTER COLUMN body SET STORAGE EXTERNAL;

COMMENT ON TABLE newswire.dispatch IS 'One dispatch of one source, as it stands now';
COMMENT ON COLUMN newswire.dispatch.published_at IS
    'As the source says; published_precision tells how much of it to believe';
COMMENT ON COLUMN newswire.dispatch.duplicate_of IS 'The dispatch this one is a copy of';
COMMENT ON COLUMN newswire.dispatch.quality IS 'What looks wrong in the text, named, not mended';
COMMENT ON COLUMN newswire.dispatch.item_digest IS 'Of the item as received, before cleaning';
COMMENT ON COLUMN newswire.dispatch.content_digest IS 'Of the cleaned content without its status';
COMMENT ON COLUMN newswire.dispatch.text_digest IS
    'Of the text with case, accents and spacing folded; null where there is too little to compare';

CREATE INDEX dispatch_by_publication ON newswire.dispatch (published_at);
CREATE INDEX dispatch_by_source ON newswire.dispatch (source, published_at);
CREATE INDEX dispatch_by_arrival ON newswire.dispatch (first_seen_at);
CREATE INDEX dispatch_by_text ON newswire.dispatch (text_digest) WHERE text_digest IS NOT NULL;
CREATE INDEX dispatch_by_original ON newswire.dispatch (duplicate_of)
    WHERE duplicate_of IS NOT NULL;

CREATE TABLE newswire.revision (
    dispatch_id         uuid NOT NULL,
    revision            int NOT NULL,
    source              text NOT NULL,
    external_id         text NOT NULL,
    status              text NOT NULL,
    headline            text NOT NULL,
    body                text NOT NULL,
    language            text,
    credit              text,
    byline              text,
    dateline            text,
    url                 text,
    published_at        timestamptz,
    published_precision text,
    embargoed_until     timestamptz,
    urgency             int,
    slugline            text,
    keywords            text[] NOT NULL,
    word_count          int NOT NULL,
    quality             text[] NOT NULL,
    recorded_at         timestamptz NOT NULL,
    superseded_at       timestamptz,
    sha256              text NOT NULL,
    location            text NOT NULL,
    position            int NOT NULL,
    run_id              uuid NOT NULL,
    item_digest         bytea NOT NULL,
    content_digest      bytea NOT NULL,
    PRIMARY KEY (dispatch_id, revision),
    CHECK (superseded_at >= recorded_at)
);

ALTER TABLE newswire.revision ALTER COLUMN body SET STORAGE EXTERNAL;

COMMENT ON TABLE newswire.revision IS
    'One state a dispatch has been in; the current one has no superseded_at';
COMMENT ON COLUMN newswire.revision.location IS
    'Where its document came from: path below the source''s folder, or address';
COMMENT ON COLUMN newswire.revision.position IS 'Place of the item in its document, from 0';

CREATE INDEX revision_by_time ON newswire.revision (recorded_at);
CREATE INDEX revision_by_document ON newswire.revision (sha256);

CREATE TABLE newswire.duplicate (
    dispatch_id    uuid NOT NULL,
    of_dispatch_id uuid NOT NULL,
    relation       text NOT NULL CHECK (relation IN ('repost', 'republication', 'revision')),
    share          real NOT NULL CHECK (share BETWEEN 0 AND 1),
    jaccard        real NOT NULL CHECK (jaccard BETWEEN 0 AND 1),
    PRIMARY KEY (dispatch_id, of_dispatch_id),
    CHECK (dispatch_id <> of_dispatch_id)
);

COMMENT ON TABLE newswire.duplicate IS 'A verified pair: dispatch_id is a copy of of_dispatch_id';
COMMENT ON COLUMN newswire.duplicate.share IS 'How much of the copy stands in the original, 0..1';

CREATE INDEX duplicate_by_original ON newswire.duplicate (of_dispatch_id);

CREATE TABLE newswire.rejection (
    rejection_id uuid PRIMARY KEY,
    run_id       uuid NOT NULL,
    source       text NOT NULL,
    location     text NOT NULL,
    sha256       text,
    item         text NOT NULL,
    stage        text NOT NULL CHECK (stage IN ('fetch', 'read', 'transform', 'load')),
    code         text NOT NULL,
    message      text NOT NULL,
    rejected_at  timestamptz NOT NULL,
    resolved_at  timestamptz
);

COMMENT ON TABLE newswire.rejection IS 'What could not be loaded, and why';
COMMENT ON COLUMN newswire.rejection.rejection_id IS
    'Computed from what was rejected, so that the same fault met again is the same row';

CREATE INDEX rejection_open ON newswire.rejection (source)
    WHERE resolved_at IS NULL;
