"""Feeds from an OPML file."""

from datetime import timedelta

import pytest

from flows.errors import ConfigurationError
from flows.extract.opml import import_opml
from flows.model import Source


def opml(outlines: str) -> bytes:
    return f"<opml version='2.0'><head/><body>{outlines}</body></opml>".encode()


def imported(outlines: str, *existing: Source) -> list[tuple[str, str]]:
    return [(each.name, each.location) for each in import_opml(opml(outlines), existing)]


def test_feeds_come_at_any_depth_and_in_order() -> None:
    sources = import_opml(
        opml(
            "<outline text='Presse'>"
            "<outline text='C\u00f4te' xmlUrl='https://cote.example/rss' language='fr-FR'/>"
            "<outline text='Nord'>"
            "<outline title='Le Cap' xmlUrl=' https://cap.example/a '/></outline>"
            "</outline><outline text='Site' htmlUrl='https://site.example'/>"
        ),
        (),
    )
    every = timedelta(minutes=15)
    assert sources == [
        Source("cote", "http", "https://cote.example/rss", language="fr", every=every),
        Source("le-cap", "http", "https://cap.example/a", every=every),
    ]


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ("text='L&#x2019;\u0152uvre &amp; Cie !'", "l-oeuvre-cie"),
        ("text='' title='Second Choice'", "second-choice"),
        ("text='\u65b0\u95fb' title=''", "news-example"),
        ("", "news-example"),
        ("text='caf&eacute;'", "cafe"),
        ("text='taken'", "taken-3"),
        (f"text='{'long ' * 40}'", "-".join(["long"] * 12)),
    ],
)
def test_names_are_plain_and_unique(attributes: str, name: str) -> None:
    existing = [Source(each, "folder", f"/{each}") for each in ("taken", "taken-2")]
    outline = f"<outline {attributes} xmlUrl='https://www.news.example/f'/>"
    assert [each for each, _ in imported(outline, *existing)] == [name]


def test_addresses_that_are_there_already_are_left_out() -> None:
    assert imported(
        "<outline text='a' xmlUrl='https://News.example:443/f'/>"
        "<outline text='b' xmlUrl='https://b.example/f'/>"
        "<outline text='c' xmlUrl='https://b.example/f'/>",
        Source("there", "http", "https://news.example/f"),
    ) == [("b", "https://b.example/f")]


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("feed://a.example/f", "http://a.example/f"),
        ("feed:https://a.example/f", "https://a.example/f"),
        ("https://a.example/f?x=1&y=2", "https://a.example/f?x=1&y=2"),
        ("https://a.example/f?x=1&amp;y=2", "https://a.example/f?x=1&y=2"),
    ],
)
def test_addresses_are_put_right(address: str, meant: str) -> None:
    assert imported(f"<outline text='a' xmlUrl='{address}'/>") == [("a", meant)]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "x", "http://"])
def test_what_is_no_address_is_left_out_and_told(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert imported(
        f"<outline text='a' xmlUrl='{address}'/><outline text='b' xmlUrl='http://b.example'/>"
    ) == [("b", "http://b.example")]
    assert address in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<opml><outline text='a' xmlUrl='http://a.example'/><outl", id="cut-off"),
        pytest.param(b"<OPML><Outline TEXT='a' XMLURL='http://a.example'></OPML>", id="upper-case"),
        pytest.param(b"\n <opml><outline text='a' xmlurl='http://a.example'/>", id="unclosed"),
        pytest.param(
            "<?xml version='1.0' encoding='utf-16'?>"
            "<opml><outline text='a' xmlUrl='http://a.example'/></opml>".encode("utf-16"),
            id="utf-16",
        ),
        pytest.param(
            b"<!DOCTYPE opml SYSTEM 'http://127.0.0.1:1/opml.dtd'>"
            b"<opml><outline text='a' xmlUrl='http://a.example'/></opml>",
            id="external-dtd",
        ),
    ],
)
def test_damaged_files_are_read_as_far_as_they_go(body: bytes) -> None:
    assert [(each.name, each.location) for each in import_opml(body, ())] == [
        ("a", "http://a.example")
    ]


@pytest.mark.parametrize(
    "encoding", [pytest.param("utf-8", id="utf-8"), pytest.param("utf-16", id="utf-16")]
)
def test_no_entity_is_expanded(encoding: str) -> None:
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 20}'>" for n in range(1, 12))
    text = (
        f"<!DOCTYPE opml [<!ENTITY e0 'boom'><!ENTITY f SYSTEM 'file:///etc/passwd'>{entities}]>"
        "<opml><outline text='&e1;&f;' xmlUrl='http://a.example'/>"
        "<outline text='b' xmlUrl='http://b.example/&e11;'/></opml>"
    )
    try:
        sources = import_opml(text.encode(encoding), ())
    except ConfigurationError:
        return
    assert "boom" not in repr(sources)
    assert "root:" not in repr(sources)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not OPML"),
        (b"\x00\x01\x02", "not OPML"),
        (b"just words", "not OPML"),
        (b"<html><body>No list</body></html>", "no feed found"),
        (b"<opml><body><outline text='folder'/></body></opml>", "no feed found"),
    ],
)
def test_what_is_no_list_of_feeds_is_told_so(body: bytes, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        import_opml(body, ())
