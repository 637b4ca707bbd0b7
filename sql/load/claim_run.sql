-- Held by a run for as long as it lives: who can take it knows that the run is dead.
SELECT pg_advisory_xact_lock(hashtextextended('newswire run ' || %(run_id)s::text, 0));
