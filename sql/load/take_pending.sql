-- Takes some of the dispatches that wait to be indexed; those that another run has just taken are
-- left to it. A statement of its own, so that the next one reads every text that was committed
-- before these rows were locked: whoever revises one of them from here on waits, and puts it in
-- anew.
DELETE FROM newswire.search_pending
WHERE dispatch_id = ANY(
    ARRAY(
        SELECT dispatch_id
        FROM newswire.search_pending
        LIMIT %(most)s
        FOR UPDATE SKIP LOCKED
    )
)
RETURNING dispatch_id;
