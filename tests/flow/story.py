"""The story of a run without Prefect, told by a process that can be killed at any statement."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import aclosing
from functools import wraps
from itertools import count
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from flows.ahead import ahead
from flows.choose import choose
from flows.extract.collect import Portion, collect
from flows.load import runs, search, store
from flows.load.database import Database
from flows.load.sources import cursors
from flows.load.statements import statement
from flows.model import Batch, Cursor, Source
from flows.prepare import prepare
from flows.settings import SQL, Settings

# Small, so that a few dozen dispatches take several batches and the index several steps.
DOCUMENTS_A_BATCH = 8
ROWS_AN_INDEX_STEP = 16


def tell(database: Database, sources: Path, *, claim: bool = True) -> list[str]:
    """One run over everything in a catalogue; without claims, it takes what others work on too."""
    settings = Settings(sources=sources, batch_documents=DOCUMENTS_A_BATCH)
    run_id = uuid4()

    def lookup(source: str, locations: Collection[str]) -> Mapping[str, Cursor]:
        with database.connect(autocommit=True) as connection:
            return cursors(connection, source, locations)

    with runs.running(database, run_id, "ingest") as claims:
        choice = choose(database, settings, [], [], everything=True)
        claimed = claims.take(choice.names) if claim else choice.names
        portions = collect(choice.tasks(claimed), lookup, settings)
        asyncio.run(_load_all(database, run_id, portions, choice.sources))
        with database.connect(autocommit=True) as connection:
            while search.index_some(connection, ROWS_AN_INDEX_STEP):
                pass
        runs.finish(database, run_id, "Completed")
    return claimed


async def _load_all(
    database: Database, run_id: UUID, portions: Iterator[Portion], sources: Mapping[str, Source]
) -> None:
    numbers = count()

    def make() -> tuple[Portion, Batch] | None:
        portion = next(portions, None)
        if portion is None:
            return None
        return portion, prepare(database, portion, sources, next(numbers))

    def settle(portion: Portion, batch: Batch) -> None:
        while True:
            try:
                store.load(database, run_id, batch)
            except store.Outdated:
                batch = prepare(database, portion, sources, batch.number)
            else:
                return

    async with aclosing(ahead(lambda: asyncio.to_thread(make))) as batches:
        async for portion, batch in batches:
            await asyncio.to_thread(settle, portion, batch)


def die(dsn: str, sources: Path, step: str, nth: int, when: str) -> None:
    """The same run, for a process of its own, until it kills itself.

    It does so "before" or "after" the nth statement called `step`: the name of a file in
    sql/load, "commit", or "copy" for the end of a COPY.
    """
    _arrange_death(step, nth, when)
    tell(Database(dsn), sources)


def race(dsn: str, sources: Path, claim: bool, start: Barrier, had: "Queue[list[str]]") -> None:
    """The same run, for a process of its own, begun when all are there; puts what it claimed."""
    start.wait()
    had.put(tell(Database(dsn), sources, claim=claim))


def _arrange_death(step: str, nth: int, when: str) -> None:
    met: Counter[str] = Counter()

    def doomed(action: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        @wraps(action)
        def acting(*arguments: Any, **options: Any) -> Any:
            ours = name(*arguments, **options) == step
            met[step] += ours
            if ours and met[step] == nth and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = action(*arguments, **options)
            if ours and met[step] == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return acting

    known = {statement(file.stem): file.stem for file in (SQL / "load").glob("*.sql")}
    psycopg.Cursor.execute = doomed(  # type: ignore[method-assign]
        psycopg.Cursor.execute, lambda _, query, *rest, **more: known.get(query, "")
    )
    psycopg.Copy.__exit__ = doomed(  # type: ignore[method-assign]
        psycopg.Copy.__exit__, lambda *_: "copy"
    )
    # The outermost transaction of a load commits; the ones within are savepoints.
    psycopg.Transaction.__exit__ = doomed(  # type: ignore[method-assign]
        psycopg.Transaction.__exit__,
        lambda transaction, *_: "" if transaction.savepoint_name else "commit",
    )
