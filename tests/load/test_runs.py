"""Runs: who polls what, and which of them are still alive."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load import runs
from flows.load.database import Database
from flows.load.runs import Claims
from flows.model import Tally

Connection = psycopg.Connection[Any]
FIRST, SECOND, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)


def states(connection: Connection) -> dict[UUID, str]:
    return dict(connection.execute("SELECT run_id, state FROM newswire.run").fetchall())


@pytest.fixture
def alive() -> Iterator[ExitStack]:
    """Runs entered here live until the end of the test."""
    with ExitStack() as stack:
        yield stack


def begin(alive: ExitStack, database: Database, run_id: UUID) -> Claims:
    return alive.enter_context(runs.running(database, run_id, "ingest"))


def kill(connection: Connection, claims: Claims) -> None:
    """Cuts the connection that a run lives by, as its death would."""
    pid = claims._connection.info.backend_pid
    # The second argument waits until the server process is gone.
    assert connection.execute("SELECT pg_terminate_backend(%s, 60000)", [pid]).fetchone() == (True,)


class TestClaims:
    def test_exclude_each_other(self, database: Database, alive: ExitStack) -> None:
        first, second = (begin(alive, database, one) for one in (FIRST, SECOND))

        assert first.take(["a", "b"]) == ["a", "b"]
        assert second.take(["c", "b", "a", "d"]) == ["c", "d"]
        assert first.take(["d", "e"]) == ["e"]

    def test_keep_the_order_asked_for(self, database: Database, alive: ExitStack) -> None:
        names = [f"source {number}" for number in range(50, 0, -1)]

        assert begin(alive, database, FIRST).take(names) == names

    def test_may_be_taken_again_by_their_holder(self, database: Database, alive: ExitStack) -> None:
        claims = begin(alive, database, FIRST)

        assert claims.take(["a", "a"]) == claims.take(["a", "a"]) == ["a", "a"]

    def test_of_nothing_are_nothing(self, database: Database, alive: ExitStack) -> None:
        assert begin(alive, database, FIRST).take([]) == []

    def test_end_with_their_run(self, database: Database, alive: ExitStack) -> None:
        with runs.running(database, FIRST, "ingest") as claims:
            claims.take(["a"])

        assert begin(alive, database, SECOND).take(["a"]) == ["a"]

    def test_end_with_the_connection_of_a_run_that_died(
        self, database: Database, connection: Connection, alive: ExitStack
    ) -> None:
        dead = begin(alive, database, FIRST)
        dead.take(["a", "b"])
        survivor = begin(alive, database, SECOND)
        assert survivor.take(["a"]) == []

        kill(connection, dead)

        assert survivor.take(["a", "b"]) == ["a", "b"]

    @pytest.mark.parametrize("isolation", ["read%5C%20committed", "repeatable%5C%20read"])
    def test_hold_no_snapshot_that_would_keep_old_rows(
        self, isolation: str, database: Database, connection: Connection, alive: ExitStack
    ) -> None:
        default = f"{database.dsn}&options=-c%20default_transaction_isolation%3D{isolation}"
        claims = begin(alive, Database(default), FIRST)
        claims.take(["a"])

        assert connection.execute(
            "SELECT backend_xid, backend_xmin, state FROM pg_stat_activity WHERE pid = %s",
            [claims._connection.info.backend_pid],
        ).fetchall() == [(None, None, "idle in transaction")]

    def test_outlive_a_server_that_ends_idle_transactions(
        self, database: Database, alive: ExitStack
    ) -> None:
        impatient = Database(
            f"{database.dsn}&options=-c%20idle_in_transaction_session_timeout%3D10s"
        )
        claims = begin(alive, impatient, FIRST)

        assert claims._connection.execute(
            "SELECT current_setting('idle_in_transaction_session_timeout')"
        ).fetchall() == [("0",)]


class TestRunsThatDied:
    def test_are_marked_by_the_next_run_and_those_that_live_are_not(
        self, database: Database, connection: Connection, alive: ExitStack
    ) -> None:
        dead = begin(alive, database, FIRST)
        begin(alive, database, SECOND)
        kill(connection, dead)

        begin(alive, database, THIRD)

        assert states(connection) == {FIRST: "Crashed", SECOND: "Running", THIRD: "Running"}
        assert connection.execute(
            "SELECT finished_at IS NOT NULL FROM newswire.run ORDER BY run_id"
        ).fetchall() == [(True,), (False,), (False,)]

    def test_leave_the_states_of_those_that_ended(
        self, database: Database, connection: Connection, alive: ExitStack
    ) -> None:
        for run_id, state in ((FIRST, "Degraded"), (SECOND, "Failed")):
            with runs.running(database, run_id, "ingest"):
                runs.finish(database, run_id, state)

        begin(alive, database, THIRD)

        assert states(connection) == {FIRST: "Degraded", SECOND: "Failed", THIRD: "Running"}

    def test_go_on_under_their_id_when_they_are_run_again(
        self, database: Database, connection: Connection, alive: ExitStack
    ) -> None:
        kill(connection, begin(alive, database, FIRST))
        begin(alive, database, SECOND)

        begin(alive, database, FIRST)

        assert states(connection)[FIRST] == "Running"
        assert connection.execute(
            "SELECT finished_at FROM newswire.run WHERE run_id = %s", [FIRST]
        ).fetchall() == [(None,)]

    def test_of_a_run_that_lost_its_connection_the_end_is_still_written(
        self, database: Database, connection: Connection
    ) -> None:
        with runs.running(database, FIRST, "ingest") as claims:
            kill(connection, claims)
            runs.finish(database, FIRST, "Completed")

        assert states(connection) == {FIRST: "Completed"}


def test_a_run_tells_its_flow_and_its_time(database: Database, connection: Connection) -> None:
    with runs.running(database, FIRST, "retry"):
        runs.finish(database, FIRST, "Completed")

    assert connection.execute(
        "SELECT flow, state, finished_at >= started_at FROM newswire.run"
    ).fetchall() == [("retry", "Completed", True)]


def test_a_run_that_loaded_nothing_begins_at_batch_0_with_zeros(database: Database) -> None:
    with runs.running(database, FIRST, "ingest"):
        assert runs.next_batch(database, FIRST) == 0
        assert runs.totals(database, FIRST) == Tally()
