"""Which reader reads a document, and that none ever raises."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flows.extract.read import READERS, read_all, recognise
from flows.model import Document, Item, Rejection, Source

RSS = b'<rss version="2.0"><channel><item><title>T</title></item></channel></rss>'
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "items": []}'
TEXT = b" date 2026-03-02 Headline\n\nText."


def document(body: bytes, media_type: str = "", location: str = "x", source: str = "s") -> Document:
    return Document(
        source=source,
        location=location,
        body=body,
        received_at=datetime(2026, 3, 2, tzinfo=UTC),
        sha256=Document.digest(body),
        media_type=media_type,
    )


@pytest.mark.parametrize(
    ("body", "media_type", "location", "format"),
    [
        pytest.param(RSS, "", "", "feed", id="rss"),
        pytest.param(b"\xef\xbb\xbf\n" + RSS, "text/plain", "a.txt", "feed", id="rss said text"),
        pytest.param(RSS.decode().encode("utf-16"), "", "", "feed", id="rss in utf-16"),
        pytest.param(b"junk\n" + RSS, "text/html", "", "feed", id="rss after junk"),
        pytest.param(b"<?xml version='1.0'?><a/>", "", "", "feed", id="xml"),
        pytest.param(b"<!DOCTYPE html><p>", "", "", "feed", id="a page"),
        pytest.param(JSON, "", "", "jsonfeed", id="json feed"),
        pytest.param(JSON, "text/plain", "a.txt", "jsonfeed", id="json feed said text"),
        pytest.param(b"[1]", "application/feed+json; charset=utf-8", "", "jsonfeed", id="by type"),
        pytest.param(b"[1]", "", "feed.json", "jsonfeed", id="by name"),
        pytest.param(b"Oops", "application/rss+xml", "", "feed", id="a message for a feed"),
        pytest.param(b"Oops", "", "https://b.example/rss.xml?a=1.txt", "feed", id="by address"),
        pytest.param(TEXT, "", "a.txt", "text", id="dispatch"),
        pytest.param(TEXT, "text/plain; charset=utf-8", "https://b.example/1", "text", id="served"),
        pytest.param(b"<<ok>> Mine rescue ends", "", "", "text", id="agency signs are no tags"),
        pytest.param(b"{sic} he said", "", "", "text", id="a brace is no JSON"),
        pytest.param(b"", "", "", "text", id="nothing"),
    ],
)
def test_recognises(body: bytes, media_type: str, location: str, format: str) -> None:
    assert recognise(document(body, media_type, location)) == format


def test_the_format_of_the_source_comes_first(read_bytes: Any) -> None:
    (item,) = read_bytes(RSS, format="text")
    assert item.identifier == "wire/bulletin"


def test_reads_many_documents_with_items_and_rejections_apart() -> None:
    sources = {name: Source(name, "folder", "/wire") for name in ("s", "t")}
    found, rejections = read_all(
        [document(TEXT), document(b""), document(RSS, source="t")], sources
    )
    assert [(item.source, item.headline) for item in found] == [("s", "Headline"), ("t", "T")]
    assert [rejection.code for rejection in rejections] == ["empty"]


@pytest.mark.parametrize("format", [*READERS, "auto"])
@given(body=st.binary(max_size=300))
@example(body=b"\xff\xfe\x00\x00")
@example(body=b"<rss" + b"\x00" * 20)
@example(body=b"<a " * 50 + b"{[" * 50)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_make_a_reader_raise(read_bytes: Any, format: str, body: bytes) -> None:
    for one in read_bytes(body, format=format):
        assert isinstance(one, Item | Rejection)
        assert one.sha256 == Document.digest(body)
