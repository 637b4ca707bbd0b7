-- Which dispatch is a copy of which is for one load at a time to say: two that came together
-- would each miss the other's uncommitted rows, and found a family twice. Taken before any row of
-- a dispatch is written, since relating also writes rows that belong to other sources: a load
-- that held such a row and waited here could block, and be blocked by, the one that is relating.
SELECT pg_advisory_xact_lock(hashtextextended('newswire relate', 0));
