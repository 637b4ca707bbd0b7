"""A rejection is one row as long as the fault lasts, and resolved when its place reads well."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load.database import Database
from flows.load.rejected import START, rejected_documents
from flows.load.rows import rejection_id
from flows.load.store import load
from flows.model import Document, Rejection
from tests.records import batch, dispatch, document

Connection = psycopg.Connection[Any]


class Archive:
    """Loads one batch after another, each by a run of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.runs = 0

    def load(self, document: Document, *rejections: Rejection, reread: bool = False) -> None:
        self.runs += 1
        documents, once_more = ((), (document,)) if reread else ((document,), ())
        whole = batch(documents=documents, reread=once_more, rejections=rejections)
        load(self.database, UUID(int=self.runs), whole)


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


def faulty(document: Document, position: int | None = None, **fields: Any) -> Rejection:
    item = document.location if position is None else f"{document.location}#{position}"
    given = {"stage": "read", "code": "empty", "message": "nothing in it", **fields}
    return Rejection(source=document.source, item=item, sha256=document.sha256, **given)


def told(connection: Connection) -> list[tuple[Any, ...]]:
    """Item, the run that met it last, and whether it is open."""
    return connection.execute(
        "SELECT item, run_id, resolved_at IS NULL FROM newswire.rejection ORDER BY item, sha256"
    ).fetchall()


EMPTY = document("", location="a.txt")
GOOD = document("a dispatch", location="a.txt")
FEED = document("a feed", location="https://wire.example/feed#latest")


def test_the_same_fault_met_again_is_the_same_row(archive: Archive, connection: Connection) -> None:
    for _ in range(3):
        archive.load(EMPTY, faulty(EMPTY))

    assert told(connection) == [("a.txt", UUID(int=3), True)]


@pytest.mark.parametrize("reread", [False, True], ids=["fetched", "read once more"])
def test_is_resolved_when_its_place_reads_well(
    archive: Archive, connection: Connection, reread: bool
) -> None:
    archive.load(EMPTY, faulty(EMPTY))
    archive.load(GOOD, reread=reread)

    assert told(connection) == [("a.txt", UUID(int=1), False)]


def test_is_open_again_when_the_fault_comes_back(archive: Archive, connection: Connection) -> None:
    archive.load(EMPTY, faulty(EMPTY))
    archive.load(GOOD)
    archive.load(EMPTY, faulty(EMPTY))

    assert told(connection) == [("a.txt", UUID(int=3), True)]


def test_gives_way_to_what_is_wrong_in_the_next_bytes(
    archive: Archive, connection: Connection
) -> None:
    archive.load(EMPTY, faulty(EMPTY))
    archive.load(GOOD, faulty(GOOD, 0, code="nothing_readable"))

    assert told(connection) == [
        ("a.txt", UUID(int=1), False),
        ("a.txt#0", UUID(int=2), True),
    ]


def test_of_one_item_is_resolved_while_another_stays(
    archive: Archive, connection: Connection
) -> None:
    archive.load(FEED, faulty(FEED, 1), faulty(FEED, 2))
    archive.load(FEED, faulty(FEED, 2), reread=True)

    assert [(item, is_open) for item, _, is_open in told(connection)] == [
        (f"{FEED.location}#1", False),
        (f"{FEED.location}#2", True),
    ]


class TestEqualBytesInSeveralPlaces:
    TWIN = replace(EMPTY, location="b.txt")
    ELSEWHERE = replace(EMPTY, source="agency")

    def test_are_rejected_in_each(self, archive: Archive, connection: Connection) -> None:
        load(
            archive.database,
            UUID(int=1),
            batch(
                documents=(EMPTY, self.TWIN, self.ELSEWHERE),
                rejections=(faulty(EMPTY), faulty(self.TWIN), faulty(self.ELSEWHERE)),
            ),
        )

        assert connection.execute(
            "SELECT source, location, item FROM newswire.rejection ORDER BY 1, 2"
        ).fetchall() == [
            ("agency", "a.txt", "a.txt"),
            ("wire", "a.txt", "a.txt"),
            ("wire", "b.txt", "b.txt"),
        ]

    def test_are_resolved_where_they_changed(
        self, archive: Archive, connection: Connection
    ) -> None:
        load(
            archive.database,
            UUID(int=9),
            batch(documents=(EMPTY, self.TWIN), rejections=(faulty(EMPTY), faulty(self.TWIN))),
        )
        archive.load(GOOD)

        assert [(item, is_open) for item, _, is_open in told(connection)] == [
            ("a.txt", False),
            ("b.txt", True),
        ]

    def test_are_refused_in_the_place_of_each(
        self, archive: Archive, connection: Connection
    ) -> None:
        load(
            archive.database,
            UUID(int=1),
            batch(
                dispatch("a", location="a.txt", headline="\x00"),
                dispatch("b", location="b.txt", headline="\x00"),
            ),
        )

        assert [item for item, *_ in told(connection)] == ["a.txt#0", "b.txt#0"]


def test_a_file_that_could_not_be_read_is_resolved_once_it_can(
    archive: Archive, connection: Connection
) -> None:
    load(
        archive.database,
        UUID(int=7),
        batch(rejections=(Rejection("wire", "a.txt", "fetch", "unreadable", "no permission"),)),
    )
    archive.load(GOOD)

    assert told(connection) == [("a.txt", UUID(int=7), False)]


def test_may_quote_what_cannot_be_stored(archive: Archive, connection: Connection) -> None:
    archive.load(EMPTY, faulty(EMPTY, message="bad \x00 \ud800 text"))

    assert connection.execute("SELECT message FROM newswire.rejection").fetchall() == [
        ("bad \ufffd ? text",)
    ]


@pytest.mark.parametrize(
    "other",
    [{"source": "agency"}, {"item": "b.txt"}, {"stage": "load"}, {"code": "binary"},
     {"sha256": None}],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
def test_another_fault_is_another_row(other: dict[str, Any]) -> None:
    one = faulty(EMPTY)

    assert rejection_id(replace(one, **other), "a.txt") != rejection_id(one, "a.txt")
    assert rejection_id(replace(one, message="said differently"), "a.txt") == rejection_id(
        one, "a.txt"
    )


class TestStoredDocuments:
    PLACES = tuple(
        document(f"feed {place % 3}", source=name, location=f"{place}.xml")
        for name in ("agency", "wire")
        for place in range(5)
    )

    @pytest.fixture(autouse=True)
    def rejected(self, archive: Archive) -> None:
        for place in self.PLACES:
            archive.load(place, faulty(place, 0), faulty(place, 1))
        archive.load(self.PLACES[0], reread=True)

    def test_with_open_rejections_are_met_once_each_a_few_at_a_time(
        self, connection: Connection
    ) -> None:
        met: list[Document] = []
        after = START
        while some := rejected_documents(connection, None, after, 4):
            assert len(some) <= 4
            met += some
            after = (some[-1].source, some[-1].location, some[-1].sha256)

        assert met == list(self.PLACES[1:])

    def test_of_one_source_alone(self, connection: Connection) -> None:
        met = rejected_documents(connection, "wire", START, 100)

        assert met == [one for one in self.PLACES if one.source == "wire"]
