"""The nightly flow: finishes what was left, and keeps histories small."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import flow, get_client, get_run_logger, task
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed

from flows.conduct import conduct
from flows.ingest import PATIENT, index
from flows.load import upkeep as care
from flows.load.database import Database
from flows.load.patience import patiently
from flows.load.runs import Claims, recorded

# Flow runs that Prefect's client returns at a time, and among which we delete our own.
TOGETHER = 200

# A server may be shared, and another project may well call a flow "ingest". So a run is ours only
# if it also carries the tag of our deployments, which even a run canceled before it began does, or
# if the archive has a row for it, as for any run started by hand. What neither knows is left: a
# run of ours that is kept costs some kilobytes, and one of others that is deleted is lost.
FLOWS = ["ingest", "upkeep", "retry", "compare"]
TAG = "newswire"

ENDED = [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]


@flow(name="upkeep", persist_result=False)
async def upkeep(
    keep_polls_days: int = 90, keep_flow_runs_days: int = 14, keep_fingerprints_months: int = 3
) -> State[Any]:
    """Indexes what waits, forgets idle polls, old flow runs and what old copies were looked up by,
    and refreshes statistics.

    No dispatch, revision or document is ever touched.
    """

    async def story(database: Database, _run_id: UUID, _claims: Claims) -> State[Any]:
        return await run(database, keep_polls_days, keep_flow_runs_days, keep_fingerprints_months)

    return await conduct("upkeep", story)


async def run(
    database: Database,
    keep_polls_days: int,
    keep_flow_runs_days: int,
    keep_fingerprints_months: int,
) -> State[Any]:
    """The story of a night."""
    log = get_run_logger()
    indexed = await index(database)
    log.info("search: %d dispatches were waiting", indexed)
    polls = await prune_polls(database, keep_polls_days)
    log.info("polls: %d older than %d days that found nothing", polls, keep_polls_days)
    months = await shelve(database, keep_fingerprints_months)
    log.info("fingerprints: %d months older than %d shelved", months, keep_fingerprints_months)
    forgotten = await forget_flow_runs(database, timedelta(days=keep_flow_runs_days))
    log.info("Prefect: %d flow runs older than %d days", forgotten, keep_flow_runs_days)
    await refresh(database)
    return Completed(
        message=f"{indexed} indexed, {polls} polls and {forgotten} flow runs forgotten"
    )


@task(name="prune polls", **PATIENT)
async def prune_polls(database: Database, days: int) -> int:
    """Forgets polls that found nothing; those that brought a document say where it came from."""
    return await asyncio.to_thread(care.prune_polls, database, days)


@task(name="shelve fingerprints", **PATIENT)
async def shelve(database: Database, months: int) -> int:
    """Drops the postings of old months, which come back when they are needed."""
    return await asyncio.to_thread(care.shelve_months, database, months)


@task(name="refresh statistics", **PATIENT)
async def refresh(database: Database) -> None:
    """Tells the planner how large the tables have become."""
    await asyncio.to_thread(care.analyze, database)


async def forget_flow_runs(database: Database, age: timedelta) -> int:
    """Deletes Prefect's records of our runs that ended longer ago; returns how many.

    Its database holds some 20 kB for each task run, and is no archive.
    """
    deleted = passed = 0
    of_our_flows = FlowFilter.model_validate({"name": {"any_": FLOWS}})
    ended_before = FlowRunFilter.model_validate(
        {
            "end_time": {"before_": datetime.now(UTC) - age},
            "state": {"type": {"any_": ENDED}},
        }
    )
    async with get_client() as client:
        while old := await client.read_flow_runs(
            flow_filter=of_our_flows,
            flow_run_filter=ended_before,
            sort=FlowRunSort.ID_DESC,
            limit=TOGETHER,
            offset=passed,
        ):
            ids = [one.id for one in old]
            known = await asyncio.to_thread(patiently(recorded), database, ids)
            ours = [one for one in old if TAG in one.tags or one.id in known]
            passed += len(old) - len(ours)
            for one in ours:
                try:
                    await client.delete_flow_run(one.id)
                except ObjectNotFound:
                    # Another upkeep was faster: it is gone, as it should be.
                    continue
                deleted += 1
    return deleted
