"""newswire: scheduled ingestion of news dispatches into PostgreSQL."""
