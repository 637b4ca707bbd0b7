-- What copies are recognised by: the signature of each dispatch, and where to look one up.
--
-- A signature is everything that comparing needs, so that verifying a pair never reads a text, and
-- so that all the rest here can be built anew from it. Fingerprints are looked up by month first:
-- what is alike and more than 48 hours apart is no copy, a month's part of the index is small
-- enough to stay in memory however large the archive is, and what is boilerplate is said of a
-- month, so that the answer does not change with the years.

-- Months since the year 0, in UTC.
CREATE FUNCTION newswire.month_of(at timestamptz) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        extract(YEAR FROM at AT TIME ZONE 'UTC') * 12
        + extract(MONTH FROM at AT TIME ZONE 'UTC')
    )::int - 1;

CREATE TABLE newswire.signature (
    dispatch_id  uuid PRIMARY KEY,
    source       text NOT NULL,
    at           timestamptz NOT NULL,
    month        int NOT NULL,
    words        int NOT NULL,
    text_digest  bytea,
    fingerprints bigint[] NOT NULL,
    content      bytea NOT NULL
);

-- Hashes do not compress, and are read whole: in the row itself where they fit a page, which a
-- dispatch of usual length does, and else beside it as they are.
ALTER TABLE newswire.signature ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE newswire.signature SET (toast_tuple_target = 8160);

COMMENT ON TABLE newswire.signature IS 'What of a dispatch takes part in comparison';
COMMENT ON COLUMN newswire.signature.at IS 'When it was published, or else first seen';
COMMENT ON COLUMN newswire.signature.month IS 'newswire.month_of(at)';
COMMENT ON COLUMN newswire.signature.words IS 'Of the body, as compared';
COMMENT ON COLUMN newswire.signature.fingerprints IS
    'Hashes it is looked up by, in unsigned order: the first stands for the story';
COMMENT ON COLUMN newswire.signature.content IS
    'Shingles, fingerprints, lead, title and figures, as uint64, behind their lengths';

CREATE INDEX signature_by_text ON newswire.signature (text_digest, at, dispatch_id)
    WHERE text_digest IS NOT NULL;
CREATE INDEX signature_by_month ON newswire.signature (month);

CREATE TABLE newswire.fingerprint (
    hash        bigint NOT NULL,
    at          timestamptz NOT NULL,
    dispatch_id uuid NOT NULL,
    month       int NOT NULL
);

-- One row a fingerprint and dispatch: 44 times the dispatches, so no key beside this index.
CREATE INDEX fingerprint_by_hash ON newswire.fingerprint (month, hash);

COMMENT ON TABLE newswire.fingerprint IS 'Which dispatches carry a fingerprint, month by month';

CREATE TABLE newswire.boilerplate (
    month int NOT NULL,
    hash  bigint NOT NULL,
    PRIMARY KEY (month, hash)
);

COMMENT ON TABLE newswire.boilerplate IS
    'Fingerprints that too many stories of a month carry to say anything of a copy';

CREATE TABLE newswire.shelved_month (
    month int PRIMARY KEY
);

COMMENT ON TABLE newswire.shelved_month IS
    'Months whose rows of fingerprint were dropped, until a dispatch near them is compared again';

-- How far each comparison of a stretch of the archive has come.
CREATE TABLE newswire.comparison (
    since       timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    at          timestamptz NOT NULL,
    dispatch_id uuid NOT NULL,
    compared    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (since, until)
);

COMMENT ON TABLE newswire.comparison IS
    'Comparisons that are not finished: everything up to (at, dispatch_id) is done';

-- The order in which they go.
CREATE INDEX dispatch_by_time ON newswire.dispatch (coalesce(published_at, first_seen_at), dispatch_id);

-- newswire_reader may not exist where we had no right to create it; and what was granted on all
-- tables was granted on those that there were.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'newswire_reader') THEN
        GRANT SELECT ON
            newswire.signature, newswire.fingerprint, newswire.boilerplate,
            newswire.shelved_month, newswire.comparison
            TO newswire_reader;
    END IF;
END
$$;
