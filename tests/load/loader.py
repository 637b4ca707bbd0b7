"""Loads invented wire copy, in this process or in several at once."""

from collections.abc import Sequence
from multiprocessing.context import SpawnContext
from random import Random
from typing import Any
from uuid import uuid4

import psycopg

from flows.load.database import Database
from flows.load.store import load
from flows.model import Dispatch
from tests import stories
from tests.records import batch


def load_cut(database: Database, dispatches: Sequence[Dispatch], cut: int) -> None:
    """Loads the dispatches in their order, `cut` at a time, as one run."""
    run_id = uuid4()
    for number, start in enumerate(range(0, len(dispatches), cut)):
        load(database, run_id, batch(*dispatches[start : start + cut], number=number))


def load_part(dsn: str, total: int, workers: int, part: int, cut: int) -> None:
    """What one of several processes does: its share of the outlets, in an order of its own."""
    mine = [one for one in stories.wire(total) if int(one.source[-1]) % workers == part]
    Random(part).shuffle(mine)
    load_cut(Database(dsn), mine, cut)


def load_together(
    processes: SpawnContext, database: Database, total: int, workers: int, cut: int
) -> None:
    """Loads the whole wire by several processes at once."""
    running = [
        processes.Process(target=load_part, args=(database.dsn, total, workers, part, cut))
        for part in range(workers)
    ]
    for one in running:
        one.start()
    for one in running:
        one.join(120)
    assert [one.exitcode for one in running] == [0] * workers


def related(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """Everything that relating has made."""
    return {
        name: connection.execute(query).fetchall()
        for name, query in {
            "duplicate": "SELECT * FROM newswire.duplicate ORDER BY 1, 2",
            "dispatch": "SELECT dispatch_id, duplicate_of FROM newswire.dispatch ORDER BY 1",
            "boilerplate": "SELECT * FROM newswire.boilerplate ORDER BY 1, 2",
        }.items()
    }
