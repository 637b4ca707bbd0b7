UPDATE newswire.run
SET state = %(state)s, finished_at = now()
WHERE run_id = %(run_id)s;
