-- A batch whose tally stands is loaded, even if the word of its commit never arrived.
SELECT source, received, added, revised, unchanged, rejected, duplicates, seconds
FROM newswire.tally
WHERE run_id = %(run_id)s AND batch = %(batch)s;
