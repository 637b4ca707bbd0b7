"""The main flow: the story of a run, from the sources that are due to the archive."""

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import aclosing
from itertools import count
from typing import Any, TypeVar, cast
from uuid import UUID

from prefect import flow, get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed, Failed
from prefect.tasks import Task, exponential_backoff
from prefect.utilities.annotations import quote

from flows.ahead import ahead
from flows.choose import Choice, choose
from flows.conduct import conduct
from flows.extract.collect import Lookup, Portion, collect
from flows.load import runs, search, store
from flows.load.database import Database, transient
from flows.load.faults import first_line
from flows.load.patience import patiently
from flows.load.runs import Claims
from flows.load.sources import cursors
from flows.model import Batch, Cursor, Source, Tally
from flows.prepare import prepare
from flows.report import Report
from flows.settings import settings

T = TypeVar("T")

logger = logging.getLogger(__name__)


def can_heal(task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """A lost connection or a deadlock may heal; what PostgreSQL refuses once it refuses again."""
    error = state.data
    if not isinstance(error, BaseException) or not transient(error):
        return False
    # Prefect says so only on its page, and whoever waits at a terminal would wonder.
    logger.warning("%s: %s", task.name, first_line(error))
    return True


# Delays of 1, 2, 4, 8, 16 and 32 seconds, each up to half as long again: a database that
# restarts is back within them, and runs that were cut off together do not come back together.
# Nothing is cached or persisted: what a task did is in the archive, and doing it twice is safe.
PATIENT: dict[str, Any] = {
    "retries": 6,
    "retry_delay_seconds": exponential_backoff(backoff_factor=1),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": can_heal,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}


def whole(value: T) -> T:
    """The value as a task's argument, unvisited.

    Prefect looks into every argument for results of other tasks, record by record, which costs
    more than loading them.
    """
    return cast(T, quote(value))


@flow(name="ingest", persist_result=False)
async def ingest(
    paths: list[str] | None = None,
    sources: list[str] | None = None,
    everything: bool = False,
) -> State[Any]:
    """Ingests what is due; or the given paths; or the named sources; or everything.

    Run again at any time, it adds nothing twice.
    """

    async def story(database: Database, run_id: UUID, claims: Claims) -> State[Any]:
        choice = await asyncio.to_thread(
            patiently(choose), database, settings(), paths or [], sources or [], everything
        )
        return await run(database, run_id, claims, choice)

    return await conduct("ingest", story)


async def run(database: Database, run_id: UUID, claims: Claims, choice: Choice) -> State[Any]:
    """The story of a run: claim, extract, transform, load, index, report."""
    log = get_run_logger()
    report = Report()
    claimed = claims.take(choice.names)
    report.busy = tuple(name for name in choice.names if name not in claimed)
    report.unread = sum(
        one.only is not None and one.source.name in report.busy for one in choice.selections
    )
    for name in report.busy:
        log.info("%s: another run is polling it; left to that run", name)

    portions = collect(choice.tasks(claimed), lookup(database), settings())
    numbers = count(await asyncio.to_thread(patiently(runs.next_batch), database, run_id))

    async def prepared() -> tuple[Portion, Batch] | None:
        portion = await extract(whole(portions))
        if portion is None:
            return None
        return portion, await transform(
            database, whole(portion), whole(choice.sources), next(numbers)
        )

    # PostgreSQL is at work while a batch is loaded, and this process is free to make the next one.
    async with aclosing(ahead(prepared)) as batches:
        async for portion, batch in batches:
            report.add(*await settle(database, run_id, portion, choice.sources, batch))

    await index(database)
    for name, source in sorted(report.sources.items()):
        (log.warning if source.error else log.info)(source.line(name))
    await publish("ingest", report)
    return conclusion(report)


@task(name="extract", cache_policy=NO_CACHE, persist_result=False)
async def extract(portions: Iterator[Portion]) -> Portion | None:
    """Fetches the next portion; None at the end. Sources are retried one by one, further down."""
    return await asyncio.to_thread(next, portions, None)


@task(name="transform", **PATIENT)
async def transform(
    database: Database, portion: Portion, sources: Mapping[str, Source], number: int
) -> Batch:
    """Reads the portion's documents, and cleans what the archive does not know yet."""
    return await asyncio.to_thread(prepare, database, portion, sources, number)


async def settle(
    database: Database,
    run_id: UUID,
    portion: Portion,
    sources: Mapping[str, Source],
    batch: Batch,
) -> tuple[Batch, dict[str, Tally]]:
    """Loads a batch, prepared anew where the archive has moved on since; returns what was loaded.

    The batch before it, or another run, may have brought other states of what it recognised.
    """
    while (tallies := await load(database, run_id, whole(batch))) is None:
        get_run_logger().info("batch %d: the archive has moved on, prepared anew", batch.number)
        batch = await transform(database, whole(portion), whole(sources), batch.number)
    return batch, tallies


@task(name="load", **PATIENT)
async def load(database: Database, run_id: UUID, batch: Batch) -> dict[str, Tally] | None:
    """Loads one batch in one transaction; None: nothing was loaded, it must be prepared anew.

    A batch that was loaded already is not loaded again.
    """
    try:
        return await asyncio.to_thread(store.load, database, run_id, batch)
    except store.Outdated:
        return None


@task(name="index", **PATIENT)
async def index(database: Database) -> int:
    """Makes what was loaded searchable."""
    return await asyncio.to_thread(search.index_text, database)


async def publish(key: str, report: Report) -> None:
    """Leaves the run's table as an artifact on Prefect's page."""
    await acreate_table_artifact(key=key, table=report.rows(), description=report.message)


def conclusion(report: Report) -> State[Any]:
    """Failed only where nothing could be done; Degraded, which is completed, where some failed."""
    if report.hopeless:
        return Failed(message=report.message)
    if report.failed or report.unread:
        return Completed(name="Degraded", message=report.message)
    return Completed(message=report.message)


def lookup(database: Database) -> Lookup:
    """How the extract room asks how far a source has been read."""

    @patiently
    def ask(source: str, locations: Collection[str]) -> Mapping[str, Cursor]:
        with database.connect(autocommit=True) as connection:
            return cursors(connection, source, locations)

    return ask
