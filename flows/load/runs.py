"""Runs: their rows, and the locks that tell the living from the dead."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from flows.load.database import Database
from flows.load.statements import statement
from flows.model import Tally


class Claims:
    """What one run has taken for itself, until it ends or dies.

    Holds one transaction open. It has read nothing and written nothing, so it keeps no old rows
    alive; it only holds locks, which the server lets go of when this process is gone.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def take(self, names: Sequence[str]) -> list[str]:
        """Those of the named sources that no other run is polling, in the given order."""
        rows = self._connection.execute(statement("claim"), {"names": list(names)})
        granted = {row[0] for row in rows}
        return [name for name in names if name in granted]


@contextmanager
def running(database: Database, run_id: UUID, flow: str) -> Iterator[Claims]:
    """Marks the run as running, and runs that died without a word as crashed."""
    # Closed without a commit: there is nothing to commit, and a connection that was lost while
    # the run went on must not fail it at its end.
    # The cursor binds values on this side: a query with its values apart would leave the server a
    # portal, and with it a snapshot, until the next query.
    with closing(
        database.connect(autocommit=True, cursor_factory=psycopg.ClientCursor)
    ) as connection:
        # At any higher level, which may be the default, it would keep its first snapshot.
        connection.execute(
            "BEGIN ISOLATION LEVEL READ COMMITTED; "
            "SET LOCAL idle_in_transaction_session_timeout = 0"
        )
        connection.execute(statement("claim_run"), {"run_id": run_id})
        with database.connect() as other:
            other.execute(statement("start_run"), {"run_id": run_id, "flow": flow})
            other.execute(statement("bury"))
        yield Claims(connection)


def finish(database: Database, run_id: UUID, state: str) -> None:
    """Writes how the run ended: Completed, Degraded, Failed or Cancelled."""
    with database.connect() as connection:
        connection.execute(statement("finish_run"), {"run_id": run_id, "state": state})


def recorded(database: Database, run_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the runs that the archive has a row for."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT run_id FROM newswire.run WHERE run_id = ANY(%s)", [list(run_ids)]
        )
        return {row[0] for row in rows}


def next_batch(database: Database, run_id: UUID) -> int:
    """The number of the run's first batch: above 0 only where Prefect retries the flow run."""
    with database.connect() as connection:
        row = connection.execute(statement("next_batch"), {"run_id": run_id}).fetchone()
        return int(row[0]) if row else 0


def totals(database: Database, run_id: UUID) -> Tally:
    """The run's counts as its row holds them."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(Tally)) as rows:
        rows.execute(
            "SELECT received, added, revised, unchanged, rejected, duplicates"
            " FROM newswire.run WHERE run_id = %s",
            (run_id,),
        )
        return rows.fetchone() or Tally()
