"""Builds the records that pass between the rooms, each field a sensible one unless told."""

from datetime import UTC, datetime
from typing import Any

from flows.model import (
    Batch,
    Cursor,
    Dispatch,
    Document,
    Failed,
    Finished,
    Item,
    Received,
    Rejection,
    Sighting,
    Source,
)
from flows.transform import identity
from flows.transform.fingerprint import prepare, to_bytes

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

BODY = (
    "The harbour of Oriel opened its new lock on Friday after nine months of repairs, and the "
    "first barges went through before dawn."
)


def source(name: str = "wire", **fields: Any) -> Source:
    return Source(**{"name": name, "kind": "folder", "location": f"/nowhere/{name}", **fields})


def document(
    body: str = "a document", *, source: str = "wire", location: str = "one.txt", **fields: Any
) -> Document:
    content = body.encode()
    return Document(
        **{
            "source": source,
            "location": location,
            "body": content,
            "received_at": NOON,
            "sha256": Document.digest(content),
            **fields,
        }
    )


def received(document: Document, **fields: Any) -> Received:
    cursor = Cursor(document.source, document.location, stamp="1:2:3", sha256=document.sha256)
    return Received(**{"document": document, "cursor": cursor, "seconds": 0.5, **fields})


def item(**fields: Any) -> Item:
    return Item(
        **{
            "source": "wire",
            "sha256": Document.digest(b"a document"),
            "position": 0,
            "location": "one.txt",
            "identifier": "urn:oriel:1",
            "headline": "Oriel opens its lock",
            "body": BODY,
            "published": "2026-11-20T11:00:00Z",
            **fields,
        }
    )


def dispatch(external_id: str = "urn:oriel:1", **fields: Any) -> Dispatch:
    """A dispatch with the digests of its fields, as cleaning would make it."""
    given: dict[str, Any] = {
        "source": "wire",
        "sha256": Document.digest(b"a document"),
        "location": "one.txt",
        "position": 0,
        "status": "usable",
        "headline": "Oriel opens its lock",
        "body": BODY,
        "language": "en",
        "published_at": NOON,
        "published_precision": "second",
        "word_count": 23,
        **fields,
    }
    made = Dispatch(
        dispatch_id=identity.dispatch_id(given["source"], external_id),
        external_id=external_id,
        **{
            "item_digest": b"",
            "content_digest": b"",
            "text_digest": None,
            "signature": b"",
            **given,
        },
    )
    content = identity.content_digest(made)
    digests = {
        # An item says its status too, and this one says nothing that cleaning would take away.
        "item_digest": content + made.status.encode(),
        "content_digest": content,
        "text_digest": identity.text_digest(made.headline, made.body),
        "signature": to_bytes(prepare(made.headline, made.body)),
    }
    return Dispatch(**{name: getattr(made, name) for name in Dispatch.__slots__} | digests | fields)


def sighting(dispatch: Dispatch) -> Sighting:
    """The dispatch met again as it is."""
    return Sighting(dispatch.source, dispatch.dispatch_id, dispatch.item_digest, dispatch.status)


def withdrawal(external_id: str = "urn:oriel:1", **fields: Any) -> Dispatch:
    """A bare withdrawal: it names a dispatch, and says nothing of its content."""
    return dispatch(
        external_id,
        **{
            "headline": "",
            "body": "",
            "language": None,
            "published_at": None,
            "published_precision": None,
            "word_count": 0,
            "status": "canceled",
            "status_only": True,
            **fields,
        },
    )


def batch(
    *dispatches: Dispatch,
    number: int = 0,
    documents: tuple[Document, ...] | None = None,
    rejections: tuple[Rejection, ...] = (),
    sightings: tuple[Sighting, ...] = (),
    failed: tuple[Failed, ...] = (),
    finished: tuple[Finished, ...] = (),
    reread: tuple[Document, ...] = (),
) -> Batch:
    """A batch of these dispatches, and of the documents that they stand in."""
    if documents is None:
        places = {(one.source, one.location, one.sha256): None for one in dispatches}
        documents = tuple(
            Document(name, location, sha256.encode(), NOON, sha256)
            for name, location, sha256 in places
        )
    return Batch(
        number=number,
        fetched=(*(received(one) for one in documents), *failed),
        reread=reread,
        finished=finished,
        sightings=sightings,
        dispatches=dispatches,
        rejections=rejections,
    )
