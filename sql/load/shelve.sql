-- Drops the postings of the oldest month that has any, if it is old enough. They are made anew of
-- the signatures when a dispatch near it is compared again.
WITH oldest AS (
    SELECT min(month) AS month
    FROM newswire.fingerprint
),

shelved AS (
    INSERT INTO newswire.shelved_month (month)
    SELECT month
    FROM oldest
    WHERE month < newswire.month_of(now()) - %(months)s
    ON CONFLICT (month) DO UPDATE SET month = excluded.month
    RETURNING month
)

DELETE FROM newswire.fingerprint AS f
USING shelved AS s
WHERE f.month = s.month;
