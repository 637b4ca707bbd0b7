-- Places for what one comparison works out, gone with its transaction.
CREATE TEMPORARY TABLE compared (
    dispatch_id  uuid PRIMARY KEY,
    source       text,
    at           timestamptz,
    month        int,
    words        int NOT NULL,
    text_digest  bytea,
    fingerprints bigint[] NOT NULL,
    content      bytea NOT NULL
) ON COMMIT DROP;

-- Pairs as they are, of everything in compared and of every text in touched_text.
CREATE TEMPORARY TABLE verified (
    dispatch_id    uuid,
    of_dispatch_id uuid,
    relation       text NOT NULL,
    share          real NOT NULL,
    jaccard        real NOT NULL,
    opening        text NOT NULL,
    PRIMARY KEY (dispatch_id, of_dispatch_id)
) ON COMMIT DROP;

-- Dispatches whose pairs have changed.
CREATE TEMPORARY TABLE moved (dispatch_id uuid NOT NULL) ON COMMIT DROP;

-- Boilerplate that has lost a carrier.
CREATE TEMPORARY TABLE freed (month int, hash bigint) ON COMMIT DROP;

-- Texts that a dispatch has come to or left.
CREATE TEMPORARY TABLE touched_text (text_digest bytea PRIMARY KEY) ON COMMIT DROP;

-- Where a fingerprint of a compared text stands: in other dispatches, and in itself. One of those
-- that carry the same fingerprints in a month speaks for the text.
CREATE TEMPORARY TABLE met (
    text        uuid,
    month       int,
    hash        bigint,
    other       uuid,
    other_month int,
    near        boolean
) ON COMMIT DROP;
