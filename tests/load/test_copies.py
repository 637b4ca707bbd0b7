"""Exact copies point at the earliest dispatch with their text, in whatever order they came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load.database import Database
from flows.load.store import load
from flows.model import Dispatch
from tests.records import NOON, batch, dispatch, withdrawal

Connection = psycopg.Connection[Any]
RUN = UUID(int=1)


def at(hours: int, external_id: str, **fields: Any) -> Dispatch:
    return dispatch(external_id, published_at=NOON + timedelta(hours=hours), **fields)


FIRST = at(0, "first")
REPOST = at(1, "repost")
ELSEWHERE = at(2, "elsewhere", source="agency", headline="A headline of its own")
OTHER = dispatch("other", body="Nothing of this was ever said elsewhere. " * 4)


def load_each(database: Database, arriving: Sequence[Dispatch]) -> None:
    for number, one in enumerate(arriving):
        load(database, RUN, batch(one, number=number))


def copies(connection: Connection) -> dict[str, str | None]:
    """What each dispatch is a copy of, by external id."""
    return dict(
        connection.execute(
            "SELECT d.external_id, o.external_id FROM newswire.dispatch AS d"
            " LEFT JOIN newswire.dispatch AS o ON o.dispatch_id = d.duplicate_of"
        ).fetchall()
    )


def pairs(connection: Connection) -> set[tuple[Any, ...]]:
    return set(
        connection.execute(
            "SELECT d.external_id, o.external_id, p.relation, p.share, p.jaccard"
            " FROM newswire.duplicate AS p"
            " JOIN newswire.dispatch AS d USING (dispatch_id)"
            " JOIN newswire.dispatch AS o ON o.dispatch_id = p.of_dispatch_id"
        ).fetchall()
    )


def publishable(connection: Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT external_id FROM newswire.publishable")}


FAMILY = {"first": None, "repost": "first", "elsewhere": "first", "other": None}


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
def test_the_order_of_arrival_does_not_matter(
    database: Database, connection: Connection, order: tuple[int, ...]
) -> None:
    load_each(database, [*([FIRST, REPOST, ELSEWHERE][place] for place in order), OTHER])

    assert copies(connection) == FAMILY
    assert pairs(connection) == {
        ("repost", "first", "repost", 1, 1),
        ("elsewhere", "first", "republication", 1, 1),
    }
    assert publishable(connection) == {"first", "other"}


def test_one_batch_makes_the_same_family(database: Database, connection: Connection) -> None:
    load(database, RUN, batch(ELSEWHERE, OTHER, REPOST, FIRST))

    assert copies(connection) == FAMILY


def test_texts_too_short_to_compare_are_nobodys_copies(
    database: Database, connection: Connection
) -> None:
    load(database, RUN, batch(*(at(n, f"short {n}", body="No comment.") for n in range(3))))

    assert set(copies(connection).values()) == {None}


def test_of_two_published_at_once_the_choice_is_stable(
    database: Database, connection: Connection
) -> None:
    twins = [at(0, "a"), at(0, "b")]
    original = min(twins, key=lambda one: one.dispatch_id)

    for number, one in enumerate(sorted(twins, key=lambda one: one.dispatch_id, reverse=True)):
        load(database, RUN, batch(one, number=number))

    assert copies(connection)[original.external_id] is None


REWRITTEN = "The lock was closed again on Saturday, an hour after the first barge had gone through."
FAMILIES_AFTER = [
    (
        "a copy that is rewritten stands alone",
        [replace(REPOST, body=REWRITTEN)],
        {"first": None, "repost": None, "elsewhere": "first"},
    ),
    (
        "a copy that is cut to a few words stands alone",
        [replace(REPOST, headline="Lock", body="It opens.")],
        {"first": None, "repost": None, "elsewhere": "first"},
    ),
    (
        "copies of what is rewritten have a new original",
        [replace(FIRST, body=REWRITTEN)],
        {"first": None, "repost": None, "elsewhere": "repost"},
    ),
    (
        "copies of what is cut to a few words have a new original",
        [replace(FIRST, headline="Lock", body="It opens.")],
        {"first": None, "repost": None, "elsewhere": "repost"},
    ),
    (
        "what is rewritten and changed back is the original again",
        [replace(FIRST, body=REWRITTEN), FIRST],
        {"first": None, "repost": "first", "elsewhere": "first"},
    ),
    (
        "all that are rewritten alike stay a family",
        [replace(one, body=REWRITTEN) for one in (FIRST, REPOST, ELSEWHERE)],
        {"first": None, "repost": "first", "elsewhere": "first"},
    ),
    (
        "a copy that turns out to be the earliest is the original",
        [at(-1, "elsewhere", source="agency", headline="A headline of its own")],
        {"first": "elsewhere", "repost": "elsewhere", "elsewhere": None},
    ),
]


@pytest.mark.parametrize(
    ("revisions", "family"),
    [case[1:] for case in FAMILIES_AFTER],
    ids=[case[0] for case in FAMILIES_AFTER],
)
def test_revisions_make_families_anew(
    database: Database,
    connection: Connection,
    revisions: list[Dispatch],
    family: dict[str, str | None],
) -> None:
    redone = [
        dispatch(
            one.external_id,
            **{name: getattr(one, name) for name in ("source", "headline", "body", "published_at")},
        )
        for one in revisions
    ]

    load_each(database, [FIRST, REPOST, ELSEWHERE, *redone])

    assert copies(connection) == family
    assert {pair[:2] for pair in pairs(connection)} == {
        (copy, original) for copy, original in family.items() if original
    }


@pytest.mark.parametrize(
    "cancel",
    [
        pytest.param(at(0, "first", status="canceled"), id="with its text"),
        pytest.param(withdrawal("first"), id="bare"),
    ],
)
def test_a_canceled_original_keeps_its_copies_from_being_shown(
    database: Database, connection: Connection, cancel: Dispatch
) -> None:
    load_each(database, [FIRST, REPOST, ELSEWHERE, OTHER, cancel])

    assert copies(connection) == FAMILY
    assert publishable(connection) == {"other"}


def test_copies_of_what_was_canceled_before_they_came_are_not_shown(
    database: Database, connection: Connection
) -> None:
    load_each(database, [replace(FIRST, status="canceled"), REPOST, ELSEWHERE])

    assert publishable(connection) == set()


def test_a_copy_met_again_stays_one(database: Database, connection: Connection) -> None:
    load_each(database, [FIRST, REPOST, ELSEWHERE, OTHER])

    load(database, UUID(int=2), batch(REPOST, ELSEWHERE))

    assert copies(connection) == FAMILY
