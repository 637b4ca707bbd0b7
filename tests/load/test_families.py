"""What users see of a family: one of it to publish, who belongs to it, what was withdrawn."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.model import Opening
from tests.records import NOON

Connection = psycopg.Connection[Any]

TOLD = """
INSERT INTO newswire.dispatch (
    dispatch_id, source, external_id, revision, status, headline, body, published_at,
    published_precision, embargoed_until, word_count, duplicate_of, first_seen_at, last_seen_at,
    item_digest, content_digest, text_digest
)
VALUES (
    %(id)s, %(source)s, %(name)s, 1, %(status)s, %(headline)s, %(text)s, %(at)s, %(precision)s,
    %(embargo)s, 4, %(of)s, %(seen)s, %(seen)s, '', '', sha256(convert_to(%(text)s, 'UTF8'))
)
"""


def number(name: str) -> UUID:
    """Ids in the order of the names."""
    return UUID(bytes=name.encode().ljust(16, b"\0"))


def tell(connection: Connection, name: str, of: str | None = None, **fields: Any) -> None:
    """Stores a dispatch published as many hours after noon as `hours` says."""
    hours = fields.pop("hours", 0)
    given = {
        "id": number(name),
        "name": name,
        "of": number(of) if of else None,
        "source": "wire",
        "status": "usable",
        "headline": "A headline",
        "text": f"The text of {name}",
        "at": None if hours is None else NOON + timedelta(hours=hours),
        "precision": None if hours is None else "minute",
        "embargo": None,
        "seen": NOON,
    }
    connection.execute(TOLD, given | fields)


def pair(
    connection: Connection,
    copy: str,
    of: str,
    relation: str,
    *figures: float,
    opening: Opening = "same",
) -> None:
    connection.execute(
        "INSERT INTO newswire.duplicate VALUES (%s, %s, %s, %s, %s, %s)",
        [number(copy), number(of), relation, *figures, opening],
    )


def publishable(connection: Connection) -> list[str]:
    found = connection.execute("SELECT external_id FROM newswire.publishable ORDER BY 1").fetchall()
    return [row[0] for row in found]


FAR = NOON.replace(year=3000)
FIRST: dict[str, Any] = {"name": "first"}
SECOND: dict[str, Any] = {"name": "second", "of": "first", "hours": 2}
THIRD: dict[str, Any] = {"name": "third", "of": "first", "hours": 4}
COPY: dict[str, Any] = {"name": "copy", "of": "first", "hours": 5, "source": "paper"}
SAME = {"text": "The text of first"}
SHOWN: list[tuple[str, list[dict[str, Any]], list[str]]] = [
    ("a story alone", [FIRST], ["first"]),
    ("a copy stays behind its original", [FIRST, COPY], ["first"]),
    ("a new version takes the place of the first", [FIRST, SECOND, COPY], ["second"]),
    ("the latest takes it from all", [FIRST, THIRD, SECOND, COPY], ["third"]),
    ("a canceled version gives it back", [FIRST, SECOND | {"status": "canceled"}, COPY], ["first"]),
    ("so does one held back", [FIRST, SECOND | {"status": "withheld"}], ["first"]),
    ("so does one under embargo", [FIRST, SECOND | {"embargo": FAR}], ["first"]),
    ("an embargo that has passed is none", [FIRST, SECOND | {"embargo": NOON}], ["second"]),
    ("of two at once the greater id", [FIRST, SECOND, THIRD | {"hours": 2}], ["third"]),
    ("without a date, first seen counts", [FIRST, SECOND, THIRD | {"hours": None}], ["second"]),
    ("nothing of what was withdrawn", [FIRST | {"status": "canceled"}, SECOND, COPY], []),
    ("nothing of what is held back", [FIRST | {"status": "withheld"}, SECOND, COPY], []),
    ("nothing of what is under embargo", [FIRST | {"embargo": FAR}, SECOND, COPY], []),
    ("once more word for word is no version", [FIRST, SECOND | SAME, COPY], ["first"]),
    ("nor are two", [FIRST, SECOND | SAME, THIRD | SAME], ["first"]),
    ("nor of a version", [FIRST, SECOND, THIRD | {"text": "The text of second"}], ["second"]),
    ("a return to the former words is", [FIRST, SECOND, THIRD | SAME], ["third"]),
    (
        "but not over a version that was canceled",
        [FIRST, SECOND | {"status": "canceled"}, THIRD | SAME],
        ["first"],
    ),
    ("another headline is a version", [FIRST, SECOND | SAME | {"headline": "Another"}], ["second"]),
    (
        "a story that happens to say the same is its own",
        [FIRST, {"name": "other", "hours": 1} | SAME],
        ["first", "other"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "expected"), [case[1:] for case in SHOWN], ids=[case[0] for case in SHOWN]
)
def test_of_each_family_one_is_publishable(
    connection: Connection, told: list[dict[str, Any]], expected: list[str]
) -> None:
    for one in told:
        tell(connection, **one)

    assert publishable(connection) == expected


@pytest.mark.parametrize(
    ("first", "listed"),
    [
        ({"status": "canceled"}, {"copy", "second"}),
        ({"status": "withheld"}, set()),
        ({"embargo": FAR}, set()),
        ({}, set()),
    ],
    ids=["canceled", "held back", "under embargo", "usable"],
)
def test_copies_of_what_was_withdrawn_are_listed(
    connection: Connection, first: dict[str, Any], listed: set[str]
) -> None:
    for one in (FIRST | first, SECOND, THIRD | {"status": "canceled"}, COPY):
        tell(connection, **one)
    pair(connection, "copy", "first", "republication", 0.75, 0.5)

    rows = connection.execute(
        "SELECT d.external_id, w.source, w.original_source, w.relation, w.share"
        " FROM newswire.withdrawn_copies AS w JOIN newswire.dispatch AS d USING (dispatch_id)"
    ).fetchall()

    assert {row[0] for row in rows} == listed
    if listed:
        assert ("copy", "paper", "wire", "republication", 0.75) in rows


@pytest.mark.parametrize(
    ("first", "opening", "listed"),
    [
        ({"status": "canceled"}, "own", [("report", "first", 0.375)]),
        ({"status": "canceled"}, "moved", []),
        ({}, "own", []),
    ],
    ids=["withdrawn and quoted", "withdrawn and copied", "not withdrawn"],
)
def test_other_stories_that_quote_what_was_withdrawn_are_listed_once(
    connection: Connection, first: dict[str, Any], opening: Opening, listed: list[tuple[Any, ...]]
) -> None:
    report = {"name": "report", "source": "review", "hours": 6}
    for one in (FIRST | first, SECOND, report):
        tell(connection, **one)
    pair(connection, "second", "first", "revision", 0.75, 0.5)
    pair(connection, "report", "first", "republication", 0.25, 0.25, opening=opening)
    pair(connection, "report", "second", "republication", 0.375, 0.25, opening=opening)

    rows = connection.execute(
        "SELECT d.external_id, o.external_id, w.share FROM newswire.withdrawn_quotations AS w"
        " JOIN newswire.dispatch AS d USING (dispatch_id)"
        " JOIN newswire.dispatch AS o ON o.dispatch_id = w.original_id"
    ).fetchall()

    assert rows == listed
    assert "report" in publishable(connection)


def test_a_copy_is_told_by_its_pair_with_the_original(connection: Connection) -> None:
    for one in (FIRST, COPY, SECOND):
        tell(connection, **one)
    pair(connection, "copy", "second", "republication", 0.95, 0.9)
    pair(connection, "copy", "first", "republication", 0.75, 0.5)
    pair(connection, "second", "first", "revision", 0.5, 0.25)

    assert family(connection, "first") == [
        ("first", "original", None, None, None, None),
        ("second", "revision", "first", 0.5, 0.25, timedelta(hours=2)),
        ("copy", "republication", "first", 0.75, 0.5, timedelta(hours=5)),
    ]


def test_or_by_its_closest_where_the_original_is_too_far(connection: Connection) -> None:
    for one in (FIRST, SECOND, THIRD, COPY | {"at": NOON, "precision": "day"}):
        tell(connection, **one)
    pair(connection, "second", "first", "revision", 0.75, 0.5)
    pair(connection, "third", "first", "revision", 0.75, 0.5)
    pair(connection, "copy", "second", "republication", 0.75, 0.5)
    pair(connection, "copy", "third", "republication", 0.875, 0.75)

    # What is dated to the day has no delay.
    assert family(connection, "first")[-1] == ("copy", "republication", "third", 0.875, 0.75, None)


def family(connection: Connection, original: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT d.external_id, f.relation, o.external_id, f.share, f.jaccard, f.delay"
        " FROM newswire.family AS f"
        " JOIN newswire.dispatch AS d USING (dispatch_id)"
        " LEFT JOIN newswire.dispatch AS o ON o.dispatch_id = f.of_dispatch_id"
        " WHERE f.original_id = %s"
        " ORDER BY f.relation <> 'original', d.external_id DESC",
        [number(original)],
    ).fetchall()


@pytest.mark.parametrize(
    "view", ["publishable", "family", "withdrawn_copies", "withdrawn_quotations"]
)
def test_the_reading_role_may_ask(connection: Connection, view: str) -> None:
    tell(connection, **FIRST)
    with connection.transaction():
        connection.execute("SET LOCAL ROLE newswire_reader")

        assert connection.execute(f"SELECT count(*) FROM newswire.{view}").fetchone()
