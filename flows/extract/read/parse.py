"""Runs feedparser over the XML of a feed, strictly where it can be, loosely where it must.

feedparser's own `parse` is not called, because it changes words on the way: it re-reads as UTF-8
whatever text happens to validate so ("BEAUTÉ" before a no-break space becomes "BEAUTɠ"), takes a
photograph's caption for the body, and keeps one tombstone of many. Its two parsers are driven
here with those three corrected, and with sanitizing and link rewriting left out.
"""

import io
import re
import xml.sax
import xml.sax.handler
import xml.sax.xmlreader
from dataclasses import dataclass, field
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.exceptions import UndeclaredNamespace
from feedparser.mixin import _FeedParserMixin
from feedparser.util import FeedParserDict

from flows.extract.read import mend

TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721

# What feedparser was seen to raise on damaged input, or may by its code: from the handler of one
# element (a map reference out of place), and from the parsers themselves.
ELEMENT_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
FAULTS = (
    *ELEMENT_FAULTS,
    xml.sax.SAXException,
    UndeclaredNamespace,
    AssertionError,
    RuntimeError,  # SGMLParseError and RecursionError among them
)

ROOT = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(rss|rdf|feed|channel|entry|item)(?=[\s/>])", re.I)
ROOT_TAG = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|rdf|feed)\s[^<>]*>", re.I)

MOST_ATTRIBUTES = 1000  # feedparser takes time in the square of them

Name = tuple[str | None, str]
Attributes = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was found in a feed. Entries are feedparser's dicts, or the fault of one that has none.

    `version` is feedparser's word for the format; `damaged` are the entries (from 0) that may
    have lost something, `truncated` the one that the end of the document cuts off.
    """

    version: str
    feed: dict[str, Any]
    entries: list[dict[str, Any] | str]
    damaged: frozenset[int] = frozenset()
    truncated: int | None = None
    fault: str | None = None  # of the document as it came


@dataclass(slots=True)
class _Run:
    """One pass of one parser."""

    parser: Any
    fault: str | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)


class _Reader(_FeedParserMixin):  # type: ignore[misc]  # feedparser has no types
    """What both of feedparser's parsers do otherwise here."""

    namespaces = {**_FeedParserMixin.namespaces, TOMBSTONES: "at"}  # noqa: RUF012
    _matchnamespaces = {uri.lower(): prefix for uri, prefix in namespaces.items()}  # noqa: RUF012
    resolve_relative_uris = False
    sanitize_html = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.whole = 0  # entries that were read to their end
        self.faulty: set[int] = set()  # entries with an element that could not be read
        self.withdrawing = False

    def unknown_starttag(self, tag: str, attributes: Attributes) -> None:
        name = self._canonical(tag)
        if self.withdrawing and name in ("item", "entry"):
            self._end_withdrawal()
        if name == "at:deleted-entry":
            self._begin_withdrawal({key.lower(): value for key, value in attributes})
        if name == "media:description":
            tag, attributes = "media:caption", []
        try:
            super().unknown_starttag(tag, attributes)
        except ELEMENT_FAULTS:
            self.faulty.add(len(self.entries) - 1)

    def unknown_endtag(self, tag: str) -> None:
        name = self._canonical(tag)
        try:
            super().unknown_endtag("media:caption" if name == "media:description" else tag)
        except ELEMENT_FAULTS:
            self.faulty.add(len(self.entries) - 1)
        if name == "at:deleted-entry":
            self._end_withdrawal()
        if not self.inentry:
            self.whole = len(self.entries)

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        # feedparser compares each keyword with all that an entry has so far.
        tags = self._get_context().setdefault("tags", [])
        if term or scheme or label:
            tags.append(FeedParserDict(term=term, scheme=scheme, label=label))

    def _canonical(self, tag: str) -> str:
        prefix, _, name = tag.rpartition(":")
        prefix = self.namespacemap.get(prefix, prefix)
        return f"{prefix}:{name}" if prefix else name

    def _begin_withdrawal(self, attributes: dict[str, str]) -> None:
        self.entries.append(
            FeedParserDict(
                withdrawn=attributes.get("ref", "").strip(), when=attributes.get("when", "")
            )
        )
        # What a tombstone holds (who, why, links) speaks of no entry: it goes where feedparser
        # puts what an entry says of its source, and is dropped with it.
        self.withdrawing = True
        self.insource = 1

    def _end_withdrawal(self) -> None:
        self.withdrawing = False
        self.insource = 0
        self.sourcedata.clear()


class _NoDocumentType(xml.sax.handler.LexicalHandler):
    """Ends a parse where entities could be declared; what may stay of them is in place by then."""

    def startDTD(self, name: str, public_id: str | None, system_id: str | None) -> None:
        raise xml.sax.SAXException("a document type where none may stand")


class _Strict(_Reader, StrictFeedParser):  # type: ignore[misc]
    def startElementNS(self, name: Name, qname: str | None, attributes: AttributesNSImpl) -> None:
        if len(attributes) > MOST_ATTRIBUTES or len(self.namespaces_in_use) > MOST_ATTRIBUTES:
            raise xml.sax.SAXException("more attributes or namespaces than a feed can have use for")
        super().startElementNS(name, qname, attributes)


class _Loose(_Reader, LooseFeedParser):  # type: ignore[misc]
    pass


def parse(text: str) -> Parsed:
    """The feed that stands in `text`, as much of it as can be read; never raises.

    Strictly as it is; else strictly with its markup mended, and closed where it stops short;
    else loosely; else entry by entry, so that one that no parser survives costs itself only.
    """
    text = mend.prepare(text)
    first = _strict(text)
    if first.fault is None and not mend.swallows(text):
        return _parsed(first)

    mended = mend.mend(text)
    second = _strict(mended.text)
    if second.fault is None:
        return _parsed(second, _changed(mended, second), fault=first.fault)

    closed = mend.close(mended.text)
    if closed is not None:
        third = _strict(closed)
        if third.fault is None:
            cut = second.parser.whole if second.parser.whole < len(third.entries) else None
            damaged = _changed(mended, third) | ({cut} if cut is not None else set())
            return _parsed(third, damaged, truncated=cut, fault=first.fault)

    loose = _loose(mended.text)
    if loose.fault is None and len(_ordinary(loose)) >= len(mend.entries(mended.text)):
        whole = second.parser.whole
        damaged = _changed(mended, loose) | set(range(whole, len(loose.entries)))
        return _parsed(loose, damaged, fault=first.fault)
    return _one_by_one(mended.text, first.fault)


def is_feed(text: str) -> bool:
    """Whether an element that begins a feed, or an entry, stands anywhere in the text."""
    return ROOT.search(text) is not None


def _strict(text: str) -> _Run:
    # Not "utf-8": for that name feedparser re-reads text as described above.
    parser = _Strict("", None, "utf8")
    reader = xml.sax.make_parser()
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setFeature(xml.sax.handler.feature_external_pes, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    reader.setProperty(xml.sax.handler.property_lexical_handler, _NoDocumentType())
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(text.encode("utf-8", "replace")))
    run = _Run(parser)
    try:
        reader.parse(source)
    except FAULTS as error:
        run.fault = _fault(error)
    run.entries = parser.entries
    return run


def _loose(text: str) -> _Run:
    parser = _Loose("", None, "utf8", {})
    run = _Run(parser)
    try:
        parser.feed(text)
    except FAULTS as error:
        run.fault = _fault(error)
    run.entries = parser.entries
    return run


def _one_by_one(text: str, fault: str | None) -> Parsed:
    root = ROOT_TAG.search(text)
    opening = root[0] if root else "<rss version='2.0'>"
    first = mend.ENTRY.search(text)
    head = _loose(text[: first.start()] if first else text)
    found: list[dict[str, Any] | str] = list(head.entries)  # tombstones
    for entry in mend.entries(text):
        run = _loose(f"{opening}<channel>{entry}")
        if run.fault is None and run.entries:
            found.extend(run.entries)
        else:
            found.append(run.fault or "its opening tag cannot be read")
    return Parsed(
        version=head.parser.version,
        feed=head.parser.feeddata,
        entries=found,
        damaged=frozenset(range(len(found))),
        fault=fault,
    )


def _changed(mended: mend.Mended, run: _Run) -> set[int]:
    """The entries that mending changed; all of them where they cannot be told apart."""
    ordinary = _ordinary(run)
    if max(mended.changed, default=-1) < 0:
        return set()
    if len(ordinary) != len(mend.entries(mended.text)):
        return set(range(len(run.entries)))
    return {ordinary[place] for place in mended.changed if place >= 0}


def _ordinary(run: _Run) -> list[int]:
    """The places of the entries that are no tombstones."""
    return [place for place, entry in enumerate(run.entries) if "withdrawn" not in entry]


def _parsed(
    run: _Run,
    damaged: set[int] | None = None,
    truncated: int | None = None,
    fault: str | None = None,
) -> Parsed:
    return Parsed(
        version=run.parser.version,
        feed=run.parser.feeddata,
        entries=list(run.entries),
        damaged=frozenset((damaged or set()) | run.parser.faulty),
        truncated=truncated,
        fault=fault,
    )


def _fault(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
