"""Relating comes to the same whatever came when, in which batches, and by how many loaders."""

import multiprocessing
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from multiprocessing.context import SpawnContext
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load.database import Database
from flows.load.statements import statement
from flows.model import Opening
from flows.transform.similarity import Pair, roots
from tests import stories
from tests.load.loader import load_cut, load_together, related
from tests.load.specification import expected
from tests.records import NOON, dispatch

Connection = psycopg.Connection[Any]
TOTAL = 600


@pytest.fixture(scope="module")
def definition() -> tuple[set[Pair], dict[UUID, UUID]]:
    return expected(stories.wire(TOTAL))


@pytest.fixture(scope="module")
def processes() -> Iterator[SpawnContext]:
    yield multiprocessing.get_context("spawn")


@pytest.fixture
def assert_as_defined(
    connection: Connection, definition: tuple[set[Pair], dict[UUID, UUID]]
) -> Callable[[], None]:
    """Compares what the archive has related with the definition."""
    pairs, copies = definition

    def check() -> None:
        found = related(connection)
        assert [row[:2] for row in found["duplicate"]] == sorted(
            (pair.copy, pair.original) for pair in pairs
        )
        measures = {(pair.copy, pair.original): (pair.share, pair.jaccard) for pair in pairs}
        openings = {(pair.copy, pair.original): pair.opening for pair in pairs}
        for copy, original, _relation, share, jaccard, opening in found["duplicate"]:
            assert (share, jaccard) == pytest.approx(measures[copy, original])
            assert opening == openings[copy, original]
        assert {copy: root for copy, root in found["dispatch"] if root} == copies

    return check


def test_the_wire_of_these_tests_has_something_of_everything(
    definition: tuple[set[Pair], dict[UUID, UUID]], database: Database, connection: Connection
) -> None:
    pairs, copies = definition
    load_cut(database, stories.wire(TOTAL), TOTAL)

    assert len(copies) > TOTAL / 4
    assert len(pairs) > len(copies)
    relations = connection.execute("SELECT DISTINCT relation FROM newswire.duplicate").fetchall()
    assert {row[0] for row in relations} == {"repost", "republication", "revision"}
    assert {pair.opening for pair in pairs} >= {"same", "moved"}
    assert {row[0] for row in related(connection)["boilerplate"]} == {
        2026 * 12 + 9,
        2026 * 12 + 10,
    }


@pytest.mark.parametrize(("order", "cut"), [(1, 600), (2, 250), (3, 100), (4, 41), (5, 13)])
def test_in_any_order_and_any_batches(
    database: Database,
    assert_as_defined: Callable[[], None],
    order: int,
    cut: int,
) -> None:
    dispatches = stories.wire(TOTAL)
    Random(order).shuffle(dispatches)

    load_cut(database, dispatches, cut)

    assert_as_defined()


@pytest.mark.parametrize(("workers", "cut"), [(1, 60), (2, 30), (4, 15)])
def test_by_any_number_of_loaders(
    database: Database,
    processes: SpawnContext,
    assert_as_defined: Callable[[], None],
    workers: int,
    cut: int,
) -> None:
    load_together(processes, database, TOTAL, workers, cut)

    assert_as_defined()


@pytest.mark.parametrize("cut", [600, 70])
def test_after_every_text_and_date_was_another(
    database: Database,
    assert_as_defined: Callable[[], None],
    cut: int,
) -> None:
    chance = Random(7)
    dispatches = stories.wire(TOTAL)
    others = [
        dispatch(
            one.external_id,
            source=one.source,
            body=f"{chance.choice(dispatches).body}\n\n{stories.FOOTER}",
            published_at=chance.choice(dispatches).published_at,
        )
        for one in dispatches
    ]
    chance.shuffle(others)
    load_cut(database, others, 100)
    chance.shuffle(dispatches)

    load_cut(database, dispatches, cut)

    assert_as_defined()


def test_roots_are_those_of_the_transform_room(connection: Connection) -> None:
    for seed in range(20):
        chance = Random(seed)
        published, pairs = random_pairs(chance)
        with connection.transaction(force_rollback=True):
            found = rooted(connection, published, pairs)
        assert found == roots(published, pairs), f"seed {seed}"


OPENINGS: list[Opening] = ["same", "moved", "own"]


def random_pairs(chance: Random) -> tuple[dict[UUID, datetime], list[Pair]]:
    """Moments and pairs with few values, so that ties are met at every step."""
    hours = {UUID(int=chance.getrandbits(128)): chance.randrange(12) for _ in range(40)}
    ordered = sorted(hours, key=lambda one: (hours[one], one))
    pairs = [
        Pair(
            later,
            earlier,
            chance.choice([0.25, 0.5, 1]),
            chance.choice([0.5, 0.75]),
            chance.choice(OPENINGS),
        )
        for place, later in enumerate(ordered)
        for earlier in chance.sample(ordered[:place], k=min(place, chance.randrange(4)))
    ]
    return {one: NOON + timedelta(hours=hour) for one, hour in hours.items()}, pairs


def rooted(
    connection: Connection, published: dict[UUID, datetime], pairs: list[Pair]
) -> dict[UUID, UUID]:
    """The roots that the load room's statements find."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO newswire.dispatch (dispatch_id, source, external_id, revision, status,"
            " headline, body, word_count, first_seen_at, last_seen_at, item_digest, content_digest)"
            " VALUES (%s, 'wire', gen_random_uuid(), 1, 'usable', '', '', 0, %s, now(), '', '')",
            published.items(),
        )
        cursor.execute(
            "INSERT INTO newswire.signature"
            " SELECT dispatch_id, source, first_seen_at, 0, 0, NULL, '{}', ''"
            " FROM newswire.dispatch"
        )
        cursor.executemany(
            "INSERT INTO newswire.duplicate VALUES (%s, %s, 'revision', %s, %s, %s)",
            [(one.copy, one.original, one.share, one.jaccard, one.opening) for one in pairs],
        )
        cursor.execute(statement("relate/stage"))
        cursor.execute("INSERT INTO moved SELECT dispatch_id FROM newswire.dispatch")
        cursor.execute(statement("relate/reach"))
        cursor.execute(statement("relate/root"))
        cursor.execute(statement("relate/point"))
        found = cursor.execute(
            "SELECT dispatch_id, duplicate_of FROM newswire.dispatch WHERE duplicate_of IS NOT NULL"
        )
        return dict(found.fetchall())
