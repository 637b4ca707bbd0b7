"""Builders of documents and feeds for the readers' tests."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from flows.extract.read import read
from flows.model import Document, Item, Rejection, Source

Read = Callable[..., list[Item | Rejection]]
ReadItems = Callable[..., list[Item]]


@pytest.fixture
def read_bytes() -> Read:
    """Reads bytes as one document of a source."""

    def call(
        body: bytes | str,
        *,
        format: str = "auto",
        location: str = "wire/bulletin",
        media_type: str = "application/octet-stream",
        charset: str | None = None,
        base_url: str | None = None,
    ) -> list[Item | Rejection]:
        data = body.encode() if isinstance(body, str) else body
        document = Document(
            source="beacon",
            location=location,
            body=data,
            received_at=datetime(2026, 3, 2, tzinfo=UTC),
            sha256=Document.digest(data),
            media_type=media_type,
            charset=charset,
            base_url=base_url,
        )
        return read(document, Source("beacon", "folder", "/wire", format=format))

    return call


@pytest.fixture
def read_items(read_bytes: Read) -> ReadItems:
    """Reads bytes that hold items only."""

    def call(body: bytes | str, **about: str) -> list[Item]:
        found = read_bytes(body, **about)
        rejections = [one for one in found if isinstance(one, Rejection)]
        assert not rejections
        return [one for one in found if isinstance(one, Item)]

    return call


@pytest.fixture
def rss() -> Callable[..., str]:
    """An RSS 2.0 feed around the given items."""

    def call(*items: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
        inside = "".join(f"<item>{item}</item>\n" for item in items)
        return (
            f'{head}\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:media="http://search.yahoo.com/mrss/"'
            ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
            "<channel><title>The Beacon</title><link>https://beacon.example/</link>"
            f"<description>News</description><language>en-gb</language>\n{inside}</channel></rss>"
        )

    return call


@pytest.fixture
def atom() -> Callable[..., str]:
    """An Atom 1.0 feed around what is given."""

    def call(inside: str, attributes: str = "") -> str:
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
            f' xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="fr" {attributes}>'
            "<title>Le Phare</title><id>tag:phare.example,2026:/</id>"
            f"<updated>2026-03-02T08:00:00Z</updated>{inside}</feed>"
        )

    return call
