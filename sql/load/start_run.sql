-- A flow run that Prefect retries keeps its id and goes on under it.
INSERT INTO newswire.run (run_id, flow, started_at, state)
VALUES (%(run_id)s, %(flow)s, now(), 'Running')
ON CONFLICT (run_id) DO UPDATE SET state = 'Running', finished_at = NULL;
