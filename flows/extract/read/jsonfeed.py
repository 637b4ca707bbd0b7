"""Reads JSON Feed, versions 1 and 1.1 (https://jsonfeed.org/version/1.1)."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flows.extract.read.decode import decode
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

ITEMS = re.compile(r'"items"\s*:\s*\[')
SPACE = re.compile(r"[\s,]*")

# Numbers stay as they are written: an id of 1.50 or of thirty digits is not ours to round.
DECODER = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=lambda _name: None, strict=False
)
UNREADABLE = (ValueError, RecursionError)  # RecursionError: nested thousands deep

# What makes a dispatch: a wrong type here costs the item, elsewhere the field.
TEXTS = (
    "id",
    "url",
    "external_url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "date_published",
    "date_modified",
)


@dataclass(frozen=True, slots=True)
class _Feed:
    """A JSON Feed as it could be read: its own fields, its items, and what ended it early."""

    fields: dict[str, Any]
    items: list[Any]
    fault: str | None = None


def read(document: Document, source: Source) -> list[Item | Rejection]:
    """Every item of a feed, in document order; [] for a sound feed that holds none.

    Where the JSON breaks off or is damaged, the items before the damage are read, with the flag
    "salvaged", and one rejection stands for the rest.
    """
    decoded = decode(document.body, document.charset)
    if rejection := unreadable(document, decoded.text):
        return [rejection]
    feed = _parse(decoded.text.strip("\ufeff\x00 \t\r\n"))
    if isinstance(feed, str):
        code = "unreadable_json" if feed.startswith("not JSON") else "not_a_feed"
        return [rejected(document, code, feed)]

    salvaged = ("salvaged",) if feed.fault else ()
    found: list[Item | Rejection] = []
    for position, entry in enumerate(feed.items):
        item = _item(document, position, entry, feed.fields)
        if isinstance(item, Item):
            flags = doubtful(decoded.flags, item.headline, item.body)
            item = check_item(document, replace(item, quality=(*flags, *salvaged)))
        found.append(item)
    if feed.fault:
        found.append(rejected(document, "unreadable_json", feed.fault, len(found)))
    return part_repeated_ids(found)


def _parse(text: str) -> _Feed | str:
    """The feed, or the reason why there is none to read."""
    try:
        feed = DECODER.decode(text)
    except UNREADABLE as error:
        return _salvage(text, _fault(error))
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return "not a JSON Feed: no list of items in it"
    return _Feed({key: value for key, value in feed.items() if key != "items"}, feed["items"])


def _salvage(text: str, fault: str) -> _Feed | str:
    opening = ITEMS.search(text)
    if opening is None:
        return f"not JSON: {fault}"
    items: list[Any] = []
    place = opening.end()
    while True:
        found = SPACE.match(text, place)
        place = found.end() if found else place
        if text.startswith("]", place):
            break
        try:
            item, place = DECODER.raw_decode(text, place)
        except UNREADABLE as error:
            return _Feed({}, items, f"what follows cannot be read: {_fault(error)}")
        items.append(item)
    return _Feed({}, items, f"what follows the items cannot be read: {fault}")


def _fault(error: BaseException) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)


def _item(document: Document, position: int, entry: Any, feed: dict[str, Any]) -> Item | Rejection:
    if not isinstance(entry, dict):
        return rejected(document, "wrong_type", "the item is not an object", position)
    for name in TEXTS:
        if isinstance(entry.get(name), dict | list):
            return rejected(document, "wrong_type", f"{name} is not a string", position)
    text: Callable[[str], str] = lambda name: _text(entry.get(name))  # noqa: E731
    body, markup = _body(text)
    return Item(
        source=document.source,
        sha256=document.sha256,
        position=position,
        location=document.location,
        identifier=text("id").strip() or None,
        url=_url(text, document.base_url, _text(feed.get("feed_url")), feed),
        headline=text("title"),
        body=body,
        body_markup=markup,
        published=text("date_published") or None,
        updated=text("date_modified") or None,
        byline=_byline(entry, feed),
        keywords=distinct(_text(tag) for tag in _list(entry.get("tags"))),
        language=text("language") or _text(feed.get("language")) or None,
    )


def _body(text: Callable[[str], str]) -> tuple[str, Markup]:
    return fullest(
        [(text("content_html"), "html"), (text("content_text"), "text"), (text("summary"), "text")]
    )


def _url(
    text: Callable[[str], str], base_url: str | None, feed_url: str, feed: dict[str, Any]
) -> str | None:
    bases = (base_url, feed_url, _text(feed.get("home_page_url")))
    return absolute_url(text("url"), *bases) or absolute_url(text("external_url"), *bases)


def _byline(entry: dict[str, Any], feed: dict[str, Any]) -> str | None:
    """The item's authors, else the feed's, which are meant for its items (version 1.1)."""
    for holder in (entry, feed):
        authors = [*_list(holder.get("authors")), holder.get("author")]
        names = distinct(
            _text(author.get("name") if isinstance(author, dict) else author) for author in authors
        )
        if names:
            return ", ".join(names)
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
