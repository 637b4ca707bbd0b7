"""What the readers of all formats have in common: rejections, links, bodies, identities."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from flows.extract.read.decode import is_binary, is_blank
from flows.model import Document, Item, Markup, Rejection

# An encyclopedia volume has some four million characters; what is longer is no dispatch but a
# dump that was put in the wrong folder, and would hold up all that is cleaned after it.
LONGEST_ITEM = 4_000_000

TAG = re.compile(r"<[^<>]*>")


def rejected(document: Document, code: str, message: str, position: int | None = None) -> Rejection:
    """A rejection of the whole document, or of its item at `position` (from 0)."""
    item = document.location if position is None else f"{document.location}#{position}"
    return Rejection(document.source, item, "read", code, message, document.sha256)


def unreadable(document: Document, text: str) -> Rejection | None:
    """The rejection of a document that is no text at all, or an empty one; `text` is its text."""
    if is_blank(text):
        return rejected(document, "empty", "it holds nothing but white space")
    if is_binary(document.body, text):
        return rejected(document, "binary", "it is no text: an image, an archive or the like")
    return None


def check_item(document: Document, item: Item) -> Item | Rejection:
    """The item, unless it says nothing at all or is too long to be a dispatch."""
    if item.status_only:
        return item
    if not (item.headline.strip() or item.body.strip() or item.url):
        return rejected(
            document, "empty_item", "has no headline, no text and no link", item.position
        )
    length = len(item.headline) + len(item.body)
    if length > LONGEST_ITEM:
        return rejected(
            document,
            "too_long",
            f"{length:,} characters; a dispatch holds at most {LONGEST_ITEM:,}",
            item.position,
        )
    return item


def doubtful(flags: tuple[str, ...], *texts: str) -> tuple[str, ...]:
    """The flags that decoding raised for a document, where they can concern these texts of it.

    No byte of an ASCII text is in doubt, so one broken byte does not flag a whole feed.
    """
    return () if all(text.isascii() for text in texts) else flags


def absolute_url(link: str | None, *bases: str | None) -> str | None:
    """`link` as an absolute http(s) URL, resolved against the first base that is one, or None."""
    link = (link or "").strip()
    if not link:
        return None
    for base in ("", *bases):
        try:
            url = urljoin((base or "").strip(), link)
            parts = urlsplit(url)
        except ValueError:  # such as an IPv6 address without its closing bracket
            continue
        if parts.scheme.lower() in ("http", "https") and parts.netloc:
            return url
    return None


def fullest(candidates: Iterable[tuple[str, Markup]]) -> tuple[str, Markup]:
    """The candidate with the most text, markup aside; the first of equals; ("", "text") if none."""
    best: tuple[str, Markup] = ("", "text")
    length = 0
    for text, markup in candidates:
        size = len((TAG.sub("", text) if markup == "html" else text).strip())
        if size > length or not best[0].strip():
            best, length = (text, markup), size
    return best if best[0].strip() else ("", "text")


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """The words that are not blank, stripped, each once, in order."""
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def part_repeated_ids(found: Sequence[Item | Rejection]) -> list[Item | Rejection]:
    """Takes the identifier from items that share one under different links, with a flag.

    Such a feed numbers its items badly (a constant, the day, the section), and its links tell
    the stories apart. Items with the same identifier and the same link are versions of one
    dispatch and keep it.
    """
    links: defaultdict[str, set[str]] = defaultdict(set)
    for item in found:
        if isinstance(item, Item) and item.identifier and item.url:
            links[item.identifier].add(item.url)
    return [
        replace(item, identifier=None, quality=(*item.quality, "repeated_id"))
        if isinstance(item, Item)
        and item.identifier
        and item.url
        and len(links[item.identifier]) > 1
        else item
        for item in found
    ]
