"""Loads at the same time end in the rows that one after another would have made."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load.database import Database
from flows.load.search import index_some, index_text
from flows.load.sources import record_sources
from flows.load.store import load
from flows.model import Dispatch, Finished, Tally
from tests.records import NOON, batch, dispatch, document, source

Connection = psycopg.Connection[Any]
RUN, LATER = UUID(int=1), UUID(int=2)
PATIENCE = 60  # seconds until a test that is stuck fails

# Sources whose loads the tests below hold up, by a lock that each of them takes in a trigger.
GATE = """
    CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(42) WHERE NEW.source = '{source}';
        RETURN NEW;
    END $$;
    CREATE TRIGGER gate {when} ON newswire.{table} FOR EACH ROW EXECUTE FUNCTION gate();
"""


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def wait_until(
    connection: Connection, condition: str, *values: object, or_done: Future[Any] | None = None
) -> None:
    """Returns once the condition holds in the database, or the work is done without it."""
    deadline = threading.Event()
    timer = threading.Timer(PATIENCE, deadline.set)
    timer.start()
    try:
        while not connection.execute(f"SELECT {condition}", values).fetchall()[0][0]:
            if or_done is not None and or_done.done():
                return
            assert not deadline.is_set(), f"this never came: {condition}"
    finally:
        timer.cancel()


WAITING = (
    "(SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock') >= {}"
)


def rows(connection: Connection) -> dict[str, list[Any]]:
    """What does not tell of runs and moments."""
    return {
        table: connection.execute(
            f"SELECT {columns} FROM newswire.{table} ORDER BY 1, 2"
        ).fetchall()
        for table, columns in {
            "dispatch": "dispatch_id, revision, status, headline, duplicate_of",
            "revision": "dispatch_id, revision, status, headline, superseded_at IS NULL",
            "duplicate": "dispatch_id, of_dispatch_id, relation",
            "document": "sha256, media_type",
            "rejection": "rejection_id, item, resolved_at IS NULL",
            "cursor": "source, location, sha256",
        }.items()
    }


WORDS = ("barge", "lock", "canal", "toll", "weir", "pilot", "crane", "quay", "rope", "tide", "gate")


def stories(name: str, *, hours: int = 0, copies: int = 25) -> tuple[Dispatch, ...]:
    """Dispatches of one source, each a copy of those with the same number in other sources."""
    return tuple(
        dispatch(
            f"urn:{name}:{number}",
            source=name,
            sha256=document(name).sha256,
            body=" ".join(Random(number).choices(WORDS, k=24)),  # unlike that of other numbers
            published_at=NOON + timedelta(hours=hours, minutes=number),
            position=number,
        )
        for number in range(copies)
    )


def all_at_once(threads: ThreadPoolExecutor, *work: Callable[[], Any]) -> list[Any]:
    together = threading.Barrier(len(work))

    def begin(one: Callable[[], Any]) -> Any:
        together.wait(PATIENCE)
        return one()

    return [one.result(PATIENCE) for one in [threads.submit(begin, each) for each in work]]


def test_two_runs_over_the_same_dispatches_end_in_the_rows_of_one(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    dispatches = (
        *stories("wire"),
        *(replace(one, headline="Corrected", updated_at=NOON) for one in stories("wire")[:5]),
        dispatch("bad", headline="\x00"),
    )

    tallies = all_at_once(
        threads,
        *(lambda run=run: load(database, run, batch(*dispatches))["wire"] for run in (RUN, LATER)),
    )

    together = rows(connection)
    assert sorted(one.added for one in tallies) == [0, 25]
    assert {one.received for one in tallies} == {31}
    connection.execute(
        "TRUNCATE newswire.dispatch, newswire.revision, newswire.duplicate, newswire.document,"
        " newswire.rejection, newswire.cursor, newswire.signature, newswire.fingerprint"
    )
    load(database, UUID(int=3), batch(*dispatches))
    assert rows(connection) == together


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
def test_copies_find_one_another_whatever_isolation_is_the_default(
    database: Database, connection: Connection, threads: ThreadPoolExecutor, level: str
) -> None:
    connection.execute(
        f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = %L',"
        f" current_database(), '{level}'); END $$"
    )

    all_at_once(
        threads,
        *(
            lambda name=name, n=number: load(database, RUN, batch(*stories(name), number=n))
            for number, name in enumerate(("wire", "paper", "radio"))
        ),
    )

    assert len(rows(connection)["duplicate"]) == 50  # each with the first


def test_the_same_batch_of_one_run_is_loaded_once(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    whole = batch(*stories("wire"))

    one, other = all_at_once(threads, *[lambda: load(database, RUN, whole)] * 2)

    assert one == other == {"wire": Tally(25, added=25)}
    assert connection.execute("SELECT count(*) FROM newswire.poll").fetchall() == [(1,)]


def test_copies_that_come_together_do_not_both_found_a_family(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    # The first load stands still before its commit, with everything written.
    connection.execute(GATE.format(source="wire", table="tally", when="BEFORE INSERT"))
    with database.connect() as gate:
        gate.execute("SELECT pg_advisory_xact_lock(42)")
        first = threads.submit(load, database, RUN, batch(*stories("wire", copies=1)))
        wait_until(connection, WAITING.format(1))
        second = threads.submit(load, database, LATER, batch(*stories("agency", hours=1, copies=1)))
        wait_until(connection, WAITING.format(2), or_done=second)
    first.result(PATIENCE)
    second.result(PATIENCE)

    assert connection.execute(
        "SELECT c.source, o.source FROM newswire.dispatch AS c"
        " JOIN newswire.dispatch AS o ON o.dispatch_id = c.duplicate_of"
    ).fetchall() == [("agency", "wire")]


def test_a_load_that_relates_rows_of_another_does_not_deadlock_with_it(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    # The agency's dispatches are about to be revised when the wire's earlier originals arrive,
    # which point them anew.
    load(database, RUN, batch(*stories("agency", hours=1)))
    revised = tuple(replace(one, headline="Corrected") for one in stories("agency", hours=1))
    revised = tuple(
        replace(one, content_digest=b"corrected", item_digest=b"corrected") for one in revised
    )
    connection.execute(GATE.format(source="agency", table="dispatch", when="AFTER UPDATE"))
    with database.connect() as gate:
        gate.execute("SELECT pg_advisory_xact_lock(42)")
        revising = threads.submit(load, database, RUN, batch(*revised, number=1))
        wait_until(connection, WAITING.format(1))
        arriving = threads.submit(load, database, LATER, batch(*stories("wire")))
        wait_until(connection, WAITING.format(2), or_done=arriving)
    arriving.result(PATIENCE)
    revising.result(PATIENCE)

    assert connection.execute(
        "SELECT c.source, c.headline, o.source, count(*) FROM newswire.dispatch AS c"
        " JOIN newswire.dispatch AS o ON o.dispatch_id = c.duplicate_of GROUP BY 1, 2, 3"
    ).fetchall() == [("agency", "Corrected", "wire", 25)]


@pytest.mark.parametrize("round_", range(3))
def test_loads_with_the_same_documents_and_stories_do_not_deadlock(
    database: Database, connection: Connection, threads: ThreadPoolExecutor, round_: int
) -> None:
    names = ("wire", "agency", "mirror", "paper")
    load(database, UUID(int=9), batch(*(one for name in names[1:] for one in stories(name))))
    shared = [document(f"feed {number}", location=f"{number}.xml") for number in range(20)]

    def work(place: int) -> None:
        name = names[place]
        order = shared if place % 2 else shared[::-1]
        documents = tuple(replace(one, source=name) for one in order)
        met = stories(name, hours=-place - round_)
        load(
            database,
            UUID(int=10 + place),
            batch(*(met if place % 2 else met[::-1]), documents=documents),
        )
        index_text(database)

    all_at_once(threads, *(lambda place=place: work(place) for place in range(len(names))))

    assert connection.execute(
        "SELECT count(DISTINCT duplicate_of), count(*) FROM newswire.dispatch"
        " WHERE duplicate_of IS NOT NULL"
    ).fetchall() == [(25, 75)]
    assert connection.execute("SELECT count(*) FROM newswire.document").fetchall()[0][0] >= 20


def test_ending_polls_and_reading_the_catalogue_do_not_deadlock(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    sources = [source(f"wire {number:03}") for number in range(200)]
    record_sources(connection, sources)
    ended = tuple(Finished(one.name) for one in reversed(sources))

    def read_catalogue() -> None:
        with database.connect(autocommit=True) as other:
            for _ in range(20):
                record_sources(other, sources)

    def end_polls() -> None:
        for number in range(20):
            load(database, RUN, batch(number=number, finished=ended))

    all_at_once(threads, read_catalogue, end_polls)


def test_a_text_indexed_while_it_is_revised_is_indexed_again(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    load(database, RUN, batch(dispatch("urn:oriel:1", headline="A lock")))
    # The revision stands still before its commit, with everything written.
    connection.execute(GATE.format(source="wire", table="tally", when="BEFORE INSERT"))
    with database.connect() as gate:
        gate.execute("SELECT pg_advisory_xact_lock(42)")
        revising = threads.submit(
            load, database, LATER, batch(dispatch("urn:oriel:1", headline="A weir"))
        )
        wait_until(connection, WAITING.format(1))
        index_text(database)
    revising.result(PATIENCE)

    index_text(database)

    found = connection.execute("SELECT headline FROM newswire.search('weir')").fetchall()
    assert found == [("A weir",)]


def test_a_text_revised_while_it_is_indexed_is_indexed_again(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    load(database, RUN, batch(dispatch("urn:oriel:1", headline="A lock")))
    with database.connect() as indexing, indexing.transaction():
        assert index_some(indexing) == 1
        revising = threads.submit(
            load, database, LATER, batch(dispatch("urn:oriel:1", headline="A weir"))
        )
        wait_until(connection, WAITING.format(1), or_done=revising)
    revising.result(PATIENCE)

    index_text(database)

    found = connection.execute("SELECT headline FROM newswire.search('weir')").fetchall()
    assert found == [("A weir",)]


def test_two_index_steps_share_the_work(
    database: Database, connection: Connection, threads: ThreadPoolExecutor
) -> None:
    load(database, RUN, batch(*stories("wire", copies=40)))

    done = all_at_once(threads, *[lambda: index_text(database)] * 2)

    assert sum(done) == 40
    assert connection.execute(
        "SELECT (SELECT count(*) FROM newswire.search_terms),"
        " (SELECT count(*) FROM newswire.search_pending)"
    ).fetchall() == [(40, 0)]
