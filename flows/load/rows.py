"""Shapes the records of a batch into the rows and columns its statements take. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from flows.model import Batch, Failed, Fetched, Received, Rejection, Tally, Unmodified
from flows.transform.decide import Decision
from flows.transform.identity import NAMESPACE

# The fields of a dispatch that are staged under their own names.
STAGED_FIELDS = (
    "dispatch_id",
    "source",
    "external_id",
    "status",
    "headline",
    "body",
    "language",
    "credit",
    "byline",
    "dateline",
    "url",
    "published_at",
    "published_precision",
    "embargoed_until",
    "urgency",
    "slugline",
    "keywords",
    "word_count",
    "quality",
    "sha256",
    "location",
    "position",
    "item_digest",
    "content_digest",
    "text_digest",
)


def columns_of(records: Sequence[object], fields: Iterable[str]) -> dict[str, list[Any]]:
    """The records' fields as columns, in the shape that unnest() takes."""
    return {field: [getattr(record, field) for record in records] for field in fields}


def sources_of(batch: Batch) -> set[str]:
    """Every source the batch says anything of."""
    return {
        one.document.source if isinstance(one, Received) else one.source
        for one in (
            *batch.fetched,
            *batch.reread,
            *batch.finished,
            *batch.sightings,
            *batch.dispatches,
            *batch.rejections,
        )
    }


def staged(decision: Decision) -> list[Any]:
    """A row for the staging table: revision, current, carried, then STAGED_FIELDS."""
    values = [getattr(decision.dispatch, field) for field in STAGED_FIELDS]
    return [
        decision.revision,
        decision.current,
        decision.carried,
        *(list(value) if isinstance(value, tuple) else value for value in values),
    ]


def poll(fetched: Fetched) -> dict[str, Any]:
    """A row of `poll`, by column."""
    row = {
        "source": "",
        "location": "",
        "outcome": "new",
        "documents": 1,
        "http_status": fetched.http_status,
        "sha256": None,
        "seconds": fetched.seconds,
        "error": None,
    }
    match fetched:
        case Received(document=document):
            return row | {
                "source": document.source,
                "location": document.location,
                "sha256": document.sha256,
            }
        case Unmodified():
            return row | {
                "source": fetched.source,
                "location": fetched.location,
                "outcome": fetched.outcome,
                "documents": fetched.documents,
                "sha256": fetched.cursor.sha256 if fetched.cursor else None,
            }
        case Failed():
            return row | {
                "source": fetched.source,
                "location": fetched.location,
                "outcome": "failed",
                "error": storable(f"{fetched.code}: {fetched.message}"),
            }


def rejection_id(rejection: Rejection, location: str) -> UUID:
    """The same UUID whenever the same thing is rejected for the same reason."""
    parts = (
        rejection.source,
        location,
        rejection.item,
        rejection.stage,
        rejection.code,
        rejection.sha256 or "",
    )
    return uuid5(NAMESPACE, "\n".join(parts))


def location_of(rejection: Rejection, places: Collection[tuple[str, str]]) -> str:
    """Where the rejected item stands: of the (source, location) pairs read, the one it names.

    Its document's digest does not tell: an empty file is the same as any other empty file.
    """
    above, _, position = rejection.item.rpartition("#")
    whole = (rejection.source, rejection.item) in places
    within = position.isdecimal() and (rejection.source, above) in places
    return above if within and not whole else rejection.item


def with_seconds(
    counts: Mapping[str, Mapping[str, int]], batch: Batch, seconds: float
) -> dict[str, Tally]:
    """Each source's own fetching time, and its share, by items, of reading, cleaning, loading."""
    fetching: dict[str, float] = defaultdict(float)
    for one in batch.fetched:
        source = one.document.source if isinstance(one, Received) else one.source
        fetching[source] += one.seconds
    items = sum(count["received"] for count in counts.values()) or 1
    return {
        source: Tally(**count, seconds=fetching[source] + seconds * count["received"] / items)
        for source, count in sorted(counts.items())
    }


def storable(text: str | None) -> str | None:
    """Text that PostgreSQL takes: a message may quote the very bytes that could not be stored."""
    if text is None:
        return None
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
