-- The dispatch as it stands: its last state.
INSERT INTO newswire.dispatch AS d (
    dispatch_id, source, external_id, revision, status, headline, body, language, credit, byline,
    dateline, url, published_at, published_precision, embargoed_until, urgency, slugline, keywords,
    word_count, quality, first_seen_at, last_seen_at, item_digest, content_digest, text_digest
)
SELECT
    dispatch_id, source, external_id, revision, status, headline, body, language, credit, byline,
    dateline, url, published_at, published_precision, embargoed_until, urgency, slugline, keywords,
    word_count, quality, %(moment)s, %(moment)s, item_digest, content_digest, text_digest
FROM staged
WHERE current
ON CONFLICT (dispatch_id) DO UPDATE SET
    revision = excluded.revision,
    status = excluded.status,
    headline = excluded.headline,
    body = excluded.body,
    language = excluded.language,
    credit = excluded.credit,
    byline = excluded.byline,
    dateline = excluded.dateline,
    url = excluded.url,
    published_at = excluded.published_at,
    published_precision = excluded.published_precision,
    embargoed_until = excluded.embargoed_until,
    urgency = excluded.urgency,
    slugline = excluded.slugline,
    keywords = excluded.keywords,
    word_count = excluded.word_count,
    quality = excluded.quality,
    last_seen_at = excluded.last_seen_at,
    item_digest = excluded.item_digest,
    content_digest = excluded.content_digest,
    text_digest = excluded.text_digest;
