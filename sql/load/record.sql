-- Every state is kept; one that a later state of the same batch replaces was never current.
INSERT INTO newswire.revision (
    dispatch_id, revision, source, external_id, status, headline, body, language, credit, byline,
    dateline, url, published_at, published_precision, embargoed_until, urgency, slugline, keywords,
    word_count, quality, recorded_at, superseded_at, sha256, location, position, run_id, item_digest,
    content_digest
)
SELECT
    dispatch_id, revision, source, external_id, status, headline, body, language, credit, byline,
    dateline, url, published_at, published_precision, embargoed_until, urgency, slugline, keywords,
    word_count, quality, %(moment)s, CASE WHEN NOT current THEN %(moment)s END, sha256, location, position,
    %(run_id)s, item_digest, content_digest
FROM staged;
