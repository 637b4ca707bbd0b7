-- What each run did, to the item.
--
-- A tally is written in the transaction that loads its batch. It makes the counts exact whatever
-- happens: a batch whose tally stands is loaded, even if the word of its commit never reached us.

CREATE TABLE newswire.run (
    run_id      uuid PRIMARY KEY,
    flow        text NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    state       text NOT NULL,
    received    int NOT NULL DEFAULT 0,
    added       int NOT NULL DEFAULT 0,
    revised     int NOT NULL DEFAULT 0,
    unchanged   int NOT NULL DEFAULT 0,
    rejected    int NOT NULL DEFAULT 0,
    duplicates  int NOT NULL DEFAULT 0,
    CONSTRAINT run_nothing_lost CHECK (received = added + revised + unchanged + rejected),
    CONSTRAINT run_copies_are_items CHECK (duplicates <= added + revised)
);

COMMENT ON TABLE newswire.run IS 'One run of a flow; run_id is Prefect''s flow-run id';

CREATE INDEX run_by_time ON newswire.run (started_at DESC);

CREATE TABLE newswire.tally (
    run_id     uuid NOT NULL,
    batch      int NOT NULL,
    source     text NOT NULL,
    received   int NOT NULL,
    added      int NOT NULL,
    revised    int NOT NULL,
    unchanged  int NOT NULL,
    rejected   int NOT NULL,
    duplicates int NOT NULL,
    seconds    double precision NOT NULL,
    PRIMARY KEY (run_id, batch, source),
    CONSTRAINT tally_nothing_lost CHECK (received = added + revised + unchanged + rejected)
);

COMMENT ON TABLE newswire.tally IS 'What one batch of a run did for one source';
