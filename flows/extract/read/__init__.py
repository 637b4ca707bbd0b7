"""Reads documents: bytes in, items and rejections out. A format is a module and a line here."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from flows.extract.read import feed, jsonfeed, text
from flows.extract.read.decode import decode
from flows.model import Document, Item, Rejection, Source


class Reader(Protocol):
    """Reads one format: every item of a document, in order, each as an Item or a Rejection.

    Never raises, whatever the bytes; a document that cannot be read at all is one Rejection.
    """

    def __call__(self, document: Document, source: Source) -> list[Item | Rejection]: ...


READERS: dict[str, Reader] = {
    "text": text.read,
    "feed": feed.read,
    "jsonfeed": jsonfeed.read,
}

HEAD = 4096  # bytes looked at to tell one format from another
MARKUP = re.compile(
    r"<(?:\?xml|!doctype|!--|(?:[a-z][\w.-]{0,30}:)?(?:rss|rdf|feed|channel|entry|html|head)(?=[\s>]))",
    re.IGNORECASE,
)
FEED = re.compile(r"<(?:rss|feed|rdf:rdf)\s[^<>]*(?:version|xmlns)", re.IGNORECASE)
JSON_FEED = re.compile(r'\s*\{.*?"(?:version|items|title|home_page_url|feed_url)"\s*:', re.DOTALL)
SUFFIXES = {
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
    ".html": "feed",
    ".htm": "feed",
    ".json": "jsonfeed",
    ".txt": "text",
}


def read(document: Document, source: Source) -> list[Item | Rejection]:
    """What a document holds, by the reader of the source's format, or of the one it looks like."""
    name = source.format if source.format != "auto" else recognise(document)
    return READERS[name](document, source)


def read_all(
    documents: Iterable[Document], sources: Mapping[str, Source]
) -> tuple[list[Item], list[Rejection]]:
    """What many documents hold, items and rejections apart; `sources` are by name."""
    items: list[Item] = []
    rejections: list[Rejection] = []
    for document in documents:
        for found in read(document, sources[document.source]):
            if isinstance(found, Item):
                items.append(found)
            else:
                rejections.append(found)
    return items, rejections


def recognise(document: Document) -> str:
    """The key of READERS a document looks made for.

    By its first bytes where they are plain, since servers and file names are often wrong; then by
    its media type, then by its name. What is none of these is text.
    """
    head = decode(document.body[:HEAD], document.charset).text.lstrip("\ufeff\x00 \t\r\n\v\f")
    if MARKUP.match(head):
        return "feed"
    if JSON_FEED.match(head):
        return "jsonfeed"
    media_type = document.media_type.partition(";")[0].strip().lower()
    if media_type.endswith(("xml", "/html")):
        return "feed"
    if media_type.endswith("json"):
        return "jsonfeed"
    if media_type != "text/plain" and FEED.search(head):
        return "feed"
    suffix = re.search(r"\.[a-z]+$", document.location.partition("?")[0].lower())
    return SUFFIXES.get(suffix[0], "text") if suffix else "text"
