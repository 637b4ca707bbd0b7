"""What every flow has around its story: an open archive, a row in `run`, a last word."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Failed

from flows.errors import DatabaseError, NewswireError
from flows.load import runs
from flows.load.database import Database, open_database
from flows.load.faults import explained
from flows.load.patience import patiently
from flows.load.runs import Claims
from flows.settings import settings

# Tells what a run does; returns how it ended, the figures in its message.
Story = Callable[[Database, UUID, Claims], Awaitable[State[Any]]]


async def conduct(flow: str, story: Story) -> State[Any]:
    """Runs the story, and records how it ended.

    What its user can act on becomes a Failed state of one line. Anything else is a defect and is
    raised for Prefect to show.
    """
    run_id = UUID(flow_run.get_id())
    try:
        with (
            explained(),
            open_database(settings()) as database,
            runs.running(database, run_id, flow) as claims,
        ):
            return await _ended(database, run_id, story(database, run_id, claims))
    except NewswireError as error:
        return Failed(message=str(error))


async def _ended(database: Database, run_id: UUID, telling: Awaitable[State[Any]]) -> State[Any]:
    try:
        with explained():
            state = await telling
            await asyncio.to_thread(patiently(runs.finish), database, run_id, str(state.name))
            return state
    except NewswireError:
        _close(database, run_id, "Failed")
        raise
    except asyncio.CancelledError:
        # Nothing can be awaited any more.
        database.interrupt()
        _close(database, run_id, "Cancelled")
        raise


def _close(database: Database, run_id: UUID, state: str) -> None:
    """Writes how a run was cut short; where even that is too much, the next run sees it is gone."""
    with suppress(DatabaseError), explained():
        runs.finish(database, run_id, state)
