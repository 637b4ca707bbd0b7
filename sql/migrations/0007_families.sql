-- A family is shown once, as it stands: near copies and new versions in dispatches of their own
-- are recognised, and to leave out whatever has an original would show the first version for ever.

-- Whether a state may be shown, as far as that depends on itself alone.
CREATE FUNCTION newswire.may_be_shown(status text, embargoed_until timestamptz) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN status = 'usable' AND (embargoed_until IS NULL OR embargoed_until <= now());

-- Of each family the latest version that may be shown, from the source that had the story first:
-- what others made of it is theirs. A text that its source sent again word for word is no new
-- version, unless another version stood in between.
--
-- A family whose original was withdrawn is not shown at all (see withdrawn_copies). Nor is one
-- whose original is held back or under embargo, until that ends: whoever received it under embargo
-- is bound by it, and would break it with another outlet's copy just as well.
CREATE OR REPLACE VIEW newswire.publishable AS
SELECT d.*
FROM newswire.dispatch AS d
LEFT JOIN newswire.dispatch AS original ON original.dispatch_id = d.duplicate_of
WHERE
    newswire.may_be_shown(d.status, d.embargoed_until)
    AND (
        d.duplicate_of IS NULL
        OR (
            original.source = d.source
            AND newswire.may_be_shown(original.status, original.embargoed_until)
        )
    )
    -- A later version with other words or another headline replaces it.
    AND NOT EXISTS (
        SELECT FROM newswire.dispatch AS later
        WHERE
            later.duplicate_of = coalesce(d.duplicate_of, d.dispatch_id)
            AND later.source = d.source
            AND newswire.may_be_shown(later.status, later.embargoed_until)
            AND (
                d.duplicate_of IS NULL
                OR (coalesce(later.published_at, later.first_seen_at), later.dispatch_id)
                > (coalesce(d.published_at, d.first_seen_at), d.dispatch_id)
            )
            AND NOT coalesce(
                later.text_digest = d.text_digest AND later.headline = d.headline, false
            )
    )
    -- Of the same words under the same headline, in a row, the first stands for all.
    AND NOT EXISTS (
        SELECT FROM newswire.dispatch AS former
        WHERE
            coalesce(former.duplicate_of, former.dispatch_id) = d.duplicate_of
            AND former.source = d.source
            AND newswire.may_be_shown(former.status, former.embargoed_until)
            AND (
                former.duplicate_of IS NULL
                OR (coalesce(former.published_at, former.first_seen_at), former.dispatch_id)
                < (coalesce(d.published_at, d.first_seen_at), d.dispatch_id)
            )
            AND former.text_digest = d.text_digest
            AND former.headline = d.headline
            AND NOT EXISTS (
                SELECT FROM newswire.dispatch AS other
                WHERE
                    other.duplicate_of = d.duplicate_of
                    AND other.source = d.source
                    AND newswire.may_be_shown(other.status, other.embargoed_until)
                    AND (
                        former.duplicate_of IS NULL
                        OR (coalesce(other.published_at, other.first_seen_at), other.dispatch_id)
                        > (coalesce(former.published_at, former.first_seen_at), former.dispatch_id)
                    )
                    AND (coalesce(other.published_at, other.first_seen_at), other.dispatch_id)
                    < (coalesce(d.published_at, d.first_seen_at), d.dispatch_id)
                    AND NOT coalesce(
                        other.text_digest = d.text_digest AND other.headline = d.headline, false
                    )
            )
    );

COMMENT ON VIEW newswire.publishable IS
    'Each family once: the latest usable version, past any embargo, of the source that was first';

-- Who belongs with whom. Of the pairs a copy is in, the one with the original says most; where
-- there is none, it descends from the original by way of another, and its closest relative counts.
CREATE VIEW newswire.family AS
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
        pair.jaccard DESC,
        pair.share DESC,
        pair.of_dispatch_id
    LIMIT 1
) AS p ON d.duplicate_of IS NOT NULL;

-- One family is asked for by its original, which stands in two columns.
CREATE INDEX dispatch_by_family ON newswire.dispatch (coalesce(duplicate_of, dispatch_id));

COMMENT ON VIEW newswire.family IS
    'Each dispatch with the original of its family, and what it is to the closest relative';
COMMENT ON COLUMN newswire.family.of_dispatch_id IS 'What relation, share and jaccard compare it with';
COMMENT ON COLUMN newswire.family.delay IS 'After the original; null where either has a bare date';

CREATE VIEW newswire.withdrawn_copies AS
SELECT
    d.dispatch_id,
    d.source,
    d.url,
    d.headline,
    d.published_at,
    d.duplicate_of AS original_id,
    original.source AS original_source,
    (
        SELECT min(r.recorded_at)
        FROM newswire.revision AS r
        WHERE r.dispatch_id = d.duplicate_of AND r.status = 'canceled'
    ) AS withdrawn_at,
    f.relation,
    f.share
FROM newswire.dispatch AS d
JOIN newswire.dispatch AS original ON original.dispatch_id = d.duplicate_of
JOIN newswire.family AS f ON f.dispatch_id = d.dispatch_id
WHERE
    original.status = 'canceled'
    AND newswire.may_be_shown(d.status, d.embargoed_until);

COMMENT ON VIEW newswire.withdrawn_copies IS
    'What publishable leaves out because its original was withdrawn, though its own source stands by it';

-- newswire_reader may not exist where we had no right to create it.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'newswire_reader') THEN
        GRANT SELECT ON newswire.family, newswire.withdrawn_copies TO newswire_reader;
    END IF;
END
$$;
