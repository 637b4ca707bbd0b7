-- What a copy opens with decides whether it is one, and a family is read in one pass.
--
-- Pairs verified before have no opening; 'same' leaves their families as they were, until
-- `newswire compare` compares them anew.

ALTER TABLE newswire.duplicate
    ADD COLUMN opening text NOT NULL DEFAULT 'same' CHECK (opening IN ('same', 'moved', 'own'));

COMMENT ON TABLE newswire.duplicate IS
    'A verified pair: dispatch_id holds of_dispatch_id or an excerpt of it, and came later';
COMMENT ON COLUMN newswire.duplicate.opening IS
    'same: both begin alike; moved: its beginning stands further down in the other; own: it begins '
    'with news of its own and only quotes the other, so that duplicate_of does not lead there';

-- As before, in other words. A notice that is sent word for word every hour makes a family of
-- thousands; asking each of its members for all the others took the square of their number.
CREATE INDEX dispatch_by_family_and_time ON newswire.dispatch (
    coalesce(duplicate_of, dispatch_id),
    source,
    coalesce(published_at, first_seen_at),
    dispatch_id
);
DROP INDEX newswire.dispatch_by_family;

CREATE OR REPLACE VIEW newswire.publishable AS
SELECT d.*
FROM newswire.dispatch AS d
LEFT JOIN newswire.dispatch AS original ON original.dispatch_id = d.duplicate_of
-- The version right before it.
LEFT JOIN LATERAL (
    SELECT
        f.text_digest,
        f.headline
    FROM newswire.dispatch AS f
    WHERE
        coalesce(f.duplicate_of, f.dispatch_id) = coalesce(d.duplicate_of, d.dispatch_id)
        AND f.source = d.source
        AND newswire.may_be_shown(f.status, f.embargoed_until)
        AND (coalesce(f.published_at, f.first_seen_at), f.dispatch_id)
        < (coalesce(d.published_at, d.first_seen_at), d.dispatch_id)
    ORDER BY coalesce(f.published_at, f.first_seen_at) DESC, f.dispatch_id DESC
    LIMIT 1
) AS former ON true
WHERE
    newswire.may_be_shown(d.status, d.embargoed_until)
    AND (
        d.duplicate_of IS NULL
        OR (
            original.source = d.source
            AND newswire.may_be_shown(original.status, original.embargoed_until)
        )
    )
    -- Of the same words under the same headline, in a row, the first stands for all; only it looks
    -- for a later version with other words or another headline, which replaces it.
    AND CASE
        WHEN coalesce(former.text_digest = d.text_digest AND former.headline = d.headline, false)
            THEN false
        ELSE NOT EXISTS (
            SELECT FROM newswire.dispatch AS later
            WHERE
                coalesce(later.duplicate_of, later.dispatch_id)
                = coalesce(d.duplicate_of, d.dispatch_id)
                AND later.source = d.source
                AND newswire.may_be_shown(later.status, later.embargoed_until)
                AND (coalesce(later.published_at, later.first_seen_at), later.dispatch_id)
                > (coalesce(d.published_at, d.first_seen_at), d.dispatch_id)
                AND NOT coalesce(
                    later.text_digest = d.text_digest AND later.headline = d.headline, false
                )
        )
    END;

-- Of the pairs a copy is in, one it only quotes the other in says the least of it.
CREATE OR REPLACE VIEW newswire.family AS
SELECT
    coalesce(d.duplicate_of, d.dispatch_id) AS original_id,
    d.dispatch_id,
    CASE WHEN d.duplicate_of IS NULL THEN 'original' ELSE p.relation END AS relation,
    p.of_dispatch_id,
    p.share,
    p.jaccard,
    -- Counted from the midnight that stands for a bare date, a delay would be invented.
    CASE
        WHEN d.published_precision <> 'day' AND original.published_precision <> 'day'
            THEN d.published_at - original.published_at
    END AS delay
FROM newswire.dispatch AS d
LEFT JOIN newswire.dispatch AS original ON original.dispatch_id = d.duplicate_of
LEFT JOIN LATERAL (
    SELECT
        pair.of_dispatch_id,
        pair.relation,
        pair.share,
        pair.jaccard
    FROM newswire.duplicate AS pair
    WHERE pair.dispatch_id = d.dispatch_id
    ORDER BY
        (pair.of_dispatch_id = d.duplicate_of) DESC,
        pair.opening = 'own',
        pair.jaccard DESC,
        pair.share DESC,
        pair.of_dispatch_id
    LIMIT 1
) AS p ON d.duplicate_of IS NOT NULL;

-- A text that quotes a withdrawn one is a story of its own, and stays; whoever withdrew the one
-- will want to know of the other.
CREATE VIEW newswire.withdrawn_quotations AS
SELECT DISTINCT ON (d.dispatch_id, quoted.original_id)
    d.dispatch_id,
    d.source,
    d.url,
    d.headline,
    d.published_at,
    quoted.original_id,
    original.source AS original_source,
    (
        SELECT min(r.recorded_at)
        FROM newswire.revision AS r
        WHERE r.dispatch_id = quoted.original_id AND r.status = 'canceled'
    ) AS withdrawn_at,
    p.share
FROM newswire.duplicate AS p
JOIN newswire.dispatch AS d ON d.dispatch_id = p.dispatch_id
CROSS JOIN LATERAL (
    SELECT coalesce(q.duplicate_of, q.dispatch_id) AS original_id
    FROM newswire.dispatch AS q
    WHERE q.dispatch_id = p.of_dispatch_id
) AS quoted
JOIN newswire.dispatch AS original ON original.dispatch_id = quoted.original_id
WHERE
    p.opening = 'own'
    AND original.status = 'canceled'
    AND quoted.original_id <> coalesce(d.duplicate_of, d.dispatch_id)
    AND newswire.may_be_shown(d.status, d.embargoed_until)
ORDER BY d.dispatch_id, quoted.original_id, p.share DESC;

COMMENT ON VIEW newswire.withdrawn_quotations IS
    'Other stories that quote a withdrawn one; share: how much of them it is';

-- newswire_reader may not exist where we had no right to create it.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'newswire_reader') THEN
        GRANT SELECT ON newswire.withdrawn_quotations TO newswire_reader;
    END IF;
END
$$;
