-- A bare withdrawal says nothing of the content: its state keeps the content that stands.
UPDATE staged AS s
SET
    headline = d.headline,
    body = d.body,
    language = d.language,
    credit = d.credit,
    byline = d.byline,
    dateline = d.dateline,
    url = d.url,
    published_at = d.published_at,
    published_precision = d.published_precision,
    embargoed_until = d.embargoed_until,
    urgency = d.urgency,
    slugline = d.slugline,
    keywords = d.keywords,
    word_count = d.word_count,
    quality = d.quality,
    text_digest = d.text_digest
FROM newswire.dispatch AS d
WHERE s.carried AND d.dispatch_id = s.dispatch_id;
