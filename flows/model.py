"""The records that pass between the rooms: frozen, and all that passes.

A record's type says how far it has come: `Document` (bytes as received), `Item` (what a reader
found in them, untouched), `Dispatch` (cleaned, ready to load). What went wrong is a value too:
a `Rejection` travels beside its healthy neighbours.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

Kind = Literal["folder", "http"]
Status = Literal["usable", "withheld", "canceled"]  # IPTC NewsCodes pubStatus
Precision = Literal["second", "minute", "day"]
Stage = Literal["fetch", "read", "transform", "load"]
Markup = Literal["html", "text"]
Relation = Literal["repost", "republication", "revision"]
Opening = Literal["same", "moved", "own"]  # what a copy begins with, to its original


@dataclass(frozen=True, slots=True)
class Source:
    """A place dispatches come from, as the catalogue describes it."""

    name: str
    kind: Kind
    location: str  # folder: absolute path or glob; http: URL
    format: str = "auto"  # a key of extract.read.READERS, or "auto" to look at the bytes
    agency: str | None = None
    language: str | None = None  # ISO 639-1, used where the text is too short to tell
    timezone: str = "UTC"  # IANA name, used where a date names no zone
    every: timedelta | None = None  # None: only when asked for by name or path
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one location of a source has been read; moves only with what it led to."""

    source: str
    location: str
    etag: str | None = None
    last_modified: str | None = None
    stamp: str | None = None  # folder: size and times of the file, enough to see that it changed
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes exactly as received, and what the transport said of them."""

    source: str
    location: str  # folder: path below the source's folder, with "/"; http: the URL asked for
    body: bytes
    received_at: datetime
    sha256: str  # hex, of body
    media_type: str = "application/octet-stream"
    charset: str | None = None  # as declared by the transport, unverified
    base_url: str | None = None  # where relative links start from: the URL after redirects

    @staticmethod
    def digest(body: bytes) -> str:
        """The hex SHA-256 by which a document is known."""
        return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class Received:
    """A document that is new, or whose bytes differ from those read before."""

    document: Document
    cursor: Cursor
    seconds: float
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class Unmodified:
    """One or more documents that need not be read again."""

    source: str
    location: str
    outcome: Literal["not_modified", "unchanged"]
    seconds: float
    http_status: int | None = None
    documents: int = 1
    cursor: Cursor | None = None  # set where the cursor moves although the bytes did not


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that could not be had."""

    source: str
    location: str
    code: str
    message: str
    seconds: float
    http_status: int | None = None


Fetched = Received | Unmodified | Failed


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a document as its reader found it: text and dates untouched."""

    source: str
    sha256: str  # of the document it stands in
    position: int  # from 0, in document order
    location: str  # of the document
    identifier: str | None = None  # guid, urn or id the source gives
    url: str | None = None  # absolute
    headline: str = ""
    headline_markup: Markup = "text"
    body: str = ""
    body_markup: Markup = "text"
    published: str | None = None  # as written
    updated: str | None = None  # as written
    byline: str | None = None
    dateline: str | None = None
    credit: str | None = None
    slugline: str | None = None
    keywords: tuple[str, ...] = ()
    urgency: int | None = None
    language: str | None = None  # as declared
    embargo: str | None = None  # as written
    status: Status = "usable"
    status_only: bool = False  # a bare withdrawal: says nothing of the content
    quality: tuple[str, ...] = ()  # flags raised while reading


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One state of one dispatch of one source, cleaned and ready to load."""

    dispatch_id: UUID
    source: str
    external_id: str
    sha256: str
    position: int
    status: Status
    headline: str
    body: str
    item_digest: bytes  # of the item as received: equal means nothing to clean or compare
    content_digest: bytes  # of every cleaned field but status: what "unchanged" means
    text_digest: bytes | None  # of the folded text: what "exact copy" means; None: too little text
    # What copies are recognised by, of headline and body, as `fingerprint.to_bytes` writes it.
    signature: bytes = field(repr=False)
    language: str | None = None
    credit: str | None = None
    byline: str | None = None
    dateline: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    published_precision: Precision | None = None
    embargoed_until: datetime | None = None
    urgency: int | None = None
    slugline: str | None = None
    keywords: tuple[str, ...] = ()
    word_count: int = 0
    quality: tuple[str, ...] = ()
    updated_at: datetime | None = None  # orders versions that stand in one document
    status_only: bool = False
    location: str = ""  # of the document


@dataclass(frozen=True, slots=True)
class Rejection:
    """What could not be loaded, where it stands, and why."""

    source: str
    item: str  # what a person needs to find it: location, and "#position" inside a document
    stage: Stage
    code: str  # snake_case, stable: people group by it
    message: str
    sha256: str | None = None  # None where no bytes were had


@dataclass(frozen=True, slots=True)
class Finished:
    """A source of which everything has been fetched: its next poll can be set."""

    source: str
    error: str | None = None  # why the source as a whole failed


@dataclass(frozen=True, slots=True)
class Sighting:
    """A dispatch met again exactly as it is archived, which the digest and the status tell."""

    source: str
    dispatch_id: UUID
    item_digest: bytes
    status: Status


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive knows of a dispatch: enough to tell whether it changed."""

    dispatch_id: UUID
    revision: int
    status: Status
    item_digest: bytes
    content_digest: bytes
    former: frozenset[bytes] = frozenset()  # item and content digests of all its revisions


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction loads: the fetches, and everything their documents held."""

    number: int  # from 0, within the run
    fetched: tuple[Fetched, ...] = ()
    reread: tuple[Document, ...] = ()  # stored documents that were read once more
    finished: tuple[Finished, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    seconds: float = 0.0  # it took to read and clean

    @property
    def read(self) -> list[Document]:
        """Every document whose items are in this batch."""
        return [one.document for one in self.fetched if isinstance(one, Received)] + [*self.reread]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the items received; received = added + revised + unchanged + rejected."""

    received: int = 0
    added: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0  # how many of the added and revised are copies
    seconds: float = field(default=0.0, compare=False)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.received + other.received,
            self.added + other.added,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            self.duplicates + other.duplicates,
            self.seconds + other.seconds,
        )
