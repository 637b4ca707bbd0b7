"""A run that is killed, or not alone, leaves the archive as one that was neither."""

import multiprocessing
import signal
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from uuid import uuid4

import psycopg
import pytest

from flows.load.database import Database
from flows.settings import PROJECT
from tests.conftest import TEMPLATE
from tests.flow import story
from tests.flow.archived import Rows, contents, counts, states

SEEDS = PROJECT / "seeds" / "sources.toml"

# Where a run of some eight batches is killed: at which execution of which statement.
DEATHS = {
    "before it has claimed anything": ("claim", 1, "before"),
    "before it has told the archive of its sources": ("catalogue", 1, "before"),
    "with the documents of its first batch staged": ("copy", 1, "after"),
    "with the dispatches of its first batch staged": ("copy", 2, "after"),
    "between the revision and the dispatch it is of": ("upsert", 1, "before"),
    "before its second batch is committed": ("commit", 2, "before"),
    "just after its second batch was committed": ("commit", 2, "after"),
    "before it moves the cursors of what is loaded": ("cursors", 3, "before"),
    "when everything but the commit is done": ("count_run", 4, "after"),
    "just after its last batch, with nothing indexed": ("index_text", 1, "before"),
    "with some of the texts indexed": ("index_text", 3, "before"),
    "with everything done but its last word": ("finish_run", 1, "before"),
}


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Makes processes that have everything imported as they begin."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([story.__name__])
    return context


@pytest.fixture(scope="module")
def undisturbed(postgres: str) -> Iterator[Database]:
    """The archive after one run that nothing disturbed."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        database = Database(postgres.replace("/newswire?", f"/{name}?", 1))
        story.tell(database, SEEDS)
        yield database
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def expected(undisturbed: Database) -> dict[str, Rows]:
    """What the archive holds after one run that nothing disturbed."""
    rows = contents(undisturbed)
    # Had a table no rows, comparing it would prove nothing.
    assert {table for table, held in rows.items() if not held} == {
        "boilerplate",
        "comparison",
        "search_pending",
        "shelved_month",
    }
    return rows


@pytest.mark.parametrize("death", DEATHS.values(), ids=DEATHS.keys())
def test_the_run_after_a_killed_one_completes_it(
    death: tuple[str, int, str],
    processes: ForkServerContext,
    database: Database,
    undisturbed: Database,
    expected: dict[str, Rows],
) -> None:
    killed = processes.Process(target=story.die, args=(database.dsn, SEEDS, *death))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    story.tell(database, SEEDS)

    assert contents(database) == expected
    assert states(database) == ["Crashed", "Completed"]
    assert counts(database) == counts(undisturbed)


@pytest.mark.parametrize("claim", [True, False], ids=["with claims", "without claims"])
def test_two_runs_at_once_do_what_one_does(
    claim: bool,
    processes: ForkServerContext,
    database: Database,
    undisturbed: Database,
    expected: dict[str, Rows],
) -> None:
    start, had = processes.Barrier(2), processes.Queue()
    both = [
        processes.Process(target=story.race, args=(database.dsn, SEEDS, claim, start, had))
        for _ in range(2)
    ]
    for run in both:
        run.start()
    first, second = had.get(timeout=60), had.get(timeout=60)
    for run in both:
        run.join(60)

    assert [run.exitcode for run in both] == [0, 0]
    assert contents(database) == expected
    assert states(database) == ["Completed", "Completed"]
    made = ("added", "revised", "duplicates")
    assert [counts(database)[name] for name in made] == [counts(undisturbed)[name] for name in made]
    # Nobody waits for anybody: with claims, what one is polling is left to it.
    every = {name for ((_, name), *_) in expected["source"]}
    assert {*first, *second} == every
    if not claim:
        assert first == second


def test_a_second_run_adds_no_row(database: Database, expected: dict[str, Rows]) -> None:
    story.tell(database, SEEDS)
    story.tell(database, SEEDS)

    assert contents(database) == expected
