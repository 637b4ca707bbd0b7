"""The flow that compares what is archived once more, whatever its size."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.conduct import conduct
from flows.ingest import PATIENT
from flows.load import comparison
from flows.load.comparison import Stretch
from flows.load.database import Database
from flows.load.patience import patiently
from flows.load.runs import Claims
from flows.progress import tell

# Dispatches a slice, which is a transaction that loads wait for: half a second or so.
TOGETHER = 500


@flow(name="compare", persist_result=False)
async def compare(since: datetime | None = None, until: datetime | None = None) -> State[Any]:
    """Compares the dispatches published from `since` to before `until` with all others.

    A run that was cut off is gone on with by the next one over the same stretch.
    """

    async def story(database: Database, _run_id: UUID, _claims: Claims) -> State[Any]:
        return await run(database, Stretch(since, until))

    return await conduct("compare", story)


async def run(database: Database, stretch: Stretch) -> State[Any]:
    """The story of a comparison: slice after slice, in the order of time."""
    before = await asyncio.to_thread(patiently(comparison.progress), database, stretch)
    done, total = before.compared, before.compared + before.remaining
    tell(done, total)
    while compared := await compare_slice(database, stretch):
        done += compared
        # Loads go on meanwhile, and may add to what lies ahead.
        tell(done, max(done, total))
    message = f"{done} dispatches compared"
    if before.compared:
        message += f", {before.compared} of them by a run before"
    return Completed(message=message)


@task(name="compare slice", **PATIENT)
async def compare_slice(database: Database, stretch: Stretch) -> int:
    """Compares the next slice in one transaction; a slice that was compared is not met again."""
    return await asyncio.to_thread(comparison.compare_slice, database, stretch, TOGETHER)
