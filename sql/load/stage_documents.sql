-- A place for the documents of one batch, gone with its transaction.
CREATE TEMPORARY TABLE staged_document (
    sha256      text NOT NULL,
    media_type  text NOT NULL,
    charset     text,
    base_url    text,
    body        bytea NOT NULL,
    received_at timestamptz NOT NULL
) ON COMMIT DROP;
