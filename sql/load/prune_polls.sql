-- Polls that found nothing new say nothing for long. Those that brought a document stay: they
-- tell where its bytes came from.
DELETE FROM newswire.poll
WHERE outcome <> 'new' AND polled_at < now() - make_interval(days => %(days)s);
