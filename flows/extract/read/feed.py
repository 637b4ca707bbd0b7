"""Reads RSS (0.9x to 2.0), RDF and Atom feeds, tombstones (RFC 6721) included."""

import re
from dataclasses import replace
from typing import Any

from flows.extract.read import page, parse
from flows.extract.read.decode import Decoded, decode, known_encoding
from flows.extract.read.entries import (
    absolute_url,
    check_item,
    distinct,
    doubtful,
    fullest,
    part_repeated_ids,
    rejected,
    unreadable,
)
from flows.model import Document, Item, Markup, Rejection, Source

XML_ENCODING = re.compile(rb"<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
HTML_PAGE = re.compile(r"<(?:!doctype\s+html|html)(?=[\s>])", re.IGNORECASE)
HTML_TYPES = {"text/html", "application/xhtml+xml", "html", "xhtml"}

Entry = dict[str, Any]


def read(document: Document, source: Source) -> list[Item | Rejection]:
    """Every entry of a feed, in document order; [] for a sound feed that holds none.

    Damage is salvaged: entries that may have lost something carry the flag "salvaged", the one
    that the end of the document cuts off "truncated" as well.
    """
    decoded = _decode(document)
    if rejection := unreadable(document, decoded.text):
        return [rejection]
    if not parse.is_feed(decoded.text):
        return [rejected(document, "not_a_feed", _what_it_is(document, decoded.text))]
    parsed = parse.parse(decoded.text)
    html = HTML_PAGE.search(decoded.text, 0, 1000)
    if not parsed.entries and (html or parsed.fault):
        code = "not_a_feed" if html else "unreadable_feed"
        message = _what_it_is(document, decoded.text) if html else f"no entry in it: {parsed.fault}"
        return [rejected(document, code, message)]

    found: list[Item | Rejection] = []
    for position, entry in enumerate(parsed.entries):
        if isinstance(entry, str):
            found.append(rejected(document, "unreadable_entry", entry, position))
        elif "withdrawn" in entry:
            found.append(_withdrawal(document, position, entry))
        else:
            item = _item(document, position, entry, parsed)
            flags = doubtful(decoded.flags, item.headline, item.body)
            damage = _damage(parsed, position)
            found.append(check_item(document, replace(item, quality=(*flags, *damage))))
    return part_repeated_ids(_without_half_an_identity(document, found))


def _without_half_an_identity(
    document: Document, found: list[Item | Rejection]
) -> list[Item | Rejection]:
    """What was found, the item that the end of the document cuts off rejected if its id is cut off.

    Known by its link or its text instead, it would stay beside the whole one that a later poll
    brings. In a feed that gives no ids none is missing.
    """
    if not any(isinstance(one, Item) and one.identifier for one in found):
        return found
    return [
        rejected(document, "cut_off", "the document ends before the item's id", one.position)
        if isinstance(one, Item) and "truncated" in one.quality and not one.identifier
        else one
        for one in found
    ]


def _decode(document: Document) -> Decoded:
    """The text of the feed. What the XML declares comes before what the server says of it.

    RFC 7303 has it the other way round, but a server's charset is a default for all its files,
    and the declaration was written by the program that wrote the feed.
    """
    head = document.body[:1000].replace(b"\x00", b"")
    found = XML_ENCODING.search(head)
    declared = found[1].decode("ascii") if found else None
    if known_encoding(declared) in (None, "utf-8", "utf-16", "utf-32"):
        declared = document.charset
    return decode(document.body, declared)


def _what_it_is(document: Document, text: str) -> str:
    if HTML_PAGE.search(text, 0, 1000):
        return page.describe(text, document.base_url, document.location)
    return "no RSS, RDF or Atom element in it: check the address, or the source's format"


def _damage(parsed: parse.Parsed, position: int) -> tuple[str, ...]:
    salvaged = ("salvaged",) if position in parsed.damaged else ()
    return (*salvaged, "truncated") if position == parsed.truncated else salvaged


def _withdrawal(document: Document, position: int, entry: Entry) -> Item | Rejection:
    if not entry["withdrawn"]:
        return rejected(
            document, "empty_item", "a deleted-entry that does not name what is deleted", position
        )
    return Item(
        source=document.source,
        sha256=document.sha256,
        position=position,
        location=document.location,
        identifier=entry["withdrawn"],
        updated=_text(entry, "when") or None,
        status="canceled",
        status_only=True,
    )


def _item(document: Document, position: int, entry: Entry, parsed: parse.Parsed) -> Item:
    body, body_markup = _body(entry)
    published, updated = _dates(entry, parsed.version)
    return Item(
        source=document.source,
        sha256=document.sha256,
        position=position,
        location=document.location,
        identifier=_text(entry, "id") or None,
        url=_link(entry, document.base_url, _text(parsed.feed, "link")),
        headline=_text(entry, "title"),
        headline_markup=_markup(_dict(entry, "title_detail")),
        body=body,
        body_markup=body_markup,
        published=published,
        updated=updated,
        byline=_byline(entry),
        credit=_text(_dict(entry, "source"), "title") or _text(entry, "dc_source") or None,
        keywords=distinct(
            _text(tag, "label") or _text(tag, "term") for tag in _dicts(entry, "tags")
        ),
        language=_language(entry, parsed.feed),
        embargo=_text(entry, "prism_embargodate") or None,
    )


def _body(entry: Entry) -> tuple[str, Markup]:
    """The longest of what the entry offers as its text; a media caption where it has no other."""
    candidates = [
        (_text(content, "value"), _markup(content))
        for content in _dicts(entry, "content")
        if _text(content, "type") in HTML_TYPES or _text(content, "type").startswith("text")
    ]
    # Where an entry has no summary feedparser fills in the content, without saying what it is.
    if "summary_detail" in entry or not candidates:
        candidates.append((_text(entry, "summary"), _markup(_dict(entry, "summary_detail"))))
    body = fullest(candidates)
    return body if body[0] else fullest([(_text(entry, "media_caption"), "html")])


def _link(entry: Entry, *bases: str | None) -> str | None:
    """The page of the dispatch. An enclosure is none: one picture may serve many stories."""
    alternates = [
        _text(link, "href")
        for link in _dicts(entry, "links")
        if _text(link, "rel") in ("", "alternate")
    ]
    candidates = [_text(entry, "feedburner_origlink"), _text(entry, "link"), *alternates]
    # A guid is a link unless it says otherwise (RSS 2.0), and most of those that do not say so
    # are none: only one that is an address by itself leads anywhere.
    guid = _text(entry, "id") if entry.get("guidislink") else ""
    if guid and absolute_url(guid) is None:
        candidates = [candidate for candidate in candidates if candidate != guid]
    elif guid:
        candidates.append(guid)
    urls = (absolute_url(candidate, *bases) for candidate in candidates)
    return next((url for url in urls if url), None)


def _dates(entry: Entry, version: str) -> tuple[str | None, str | None]:
    """When it was published and updated, as written.

    feedparser files dc:date, the only date of RDF feeds, under "updated"; outside of Atom it is
    the date of publication where no other is given.
    """
    published = _text(entry, "published") or _text(entry, "created")
    updated = _text(entry, "updated")
    if not published and not version.startswith("atom"):
        published, updated = updated, ""
    return published or None, updated or None


def _byline(entry: Entry) -> str | None:
    names = distinct(_text(author, "name") for author in _dicts(entry, "authors"))
    return ", ".join(names) or _text(entry, "author").strip() or None


def _language(entry: Entry, feed: Entry) -> str | None:
    details = [*_dicts(entry, "content"), _dict(entry, "summary_detail")]
    details.append(_dict(entry, "title_detail"))
    candidates = [_text(entry, "language"), *(_text(detail, "language") for detail in details)]
    return next((one for one in (*candidates, _text(feed, "language")) if one), None)


# feedparser keeps attributes where it expects no text, so that any key may hold a dict. dict.get
# is called because its own takes one key for another ("updated" gives "published").


def _text(entry: Entry, key: str) -> str:
    value = dict.get(entry, key)
    return value if isinstance(value, str) else ""


def _dict(entry: Entry, key: str) -> Entry:
    value = dict.get(entry, key)
    return value if isinstance(value, dict) else {}


def _dicts(entry: Entry, key: str) -> list[Entry]:
    value = dict.get(entry, key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _markup(detail: Entry) -> Markup:
    return "html" if _text(detail, "type") in HTML_TYPES else "text"
