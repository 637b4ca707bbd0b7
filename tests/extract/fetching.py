"""One fetch from a server on this machine."""

from datetime import UTC, datetime, timedelta

import httpx

from flows.extract.http import HttpLimits, fetch
from flows.model import Cursor, Fetched, Source

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LIMITS = HttpLimits(total_seconds=5.0, max_document_bytes=100_000, max_redirects=3)
FEED = b"<rss><channel><title>Le Phare de Brume</title></channel></rss>"


def source_at(url: str) -> Source:
    """A source that is polled there."""
    return Source("phare", "http", url, every=timedelta(minutes=5))


def get(
    client: httpx.Client, url: str, cursor: Cursor | None = None, limits: HttpLimits = LIMITS
) -> Fetched:
    """What became of asking for it once."""
    return fetch(source_at(url), cursor, client, limits, lambda: NOON)


def cursor_of(url: str, **known: str) -> Cursor:
    """How far it has been read."""
    return Cursor("phare", url, **known)
