"""The nightly flow: of histories it forgets what is old, says nothing, and is our own."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow, tags
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.states import Completed

from flows import upkeep
from flows.load import runs
from flows.load.database import Database
from flows.load.store import load
from flows.model import Failed, Unmodified
from flows.orchestration import prefect_home
from flows.settings import Settings
from tests.conftest import HOME
from tests.flow.archived import query
from tests.flow.conftest import RunFlow
from tests.records import batch, dispatch

LONG_AGO = timedelta(days=15)
LATELY = timedelta(days=13)

EndedRun = Callable[..., UUID]


@pytest.fixture
def ended_run(prefect: str) -> EndedRun:
    """Leaves a run of a flow of that name, with those tags, which ended that long ago."""

    def ended(name: str, *labels: str, ago: timedelta = LONG_AGO) -> UUID:
        @flow(name=name)
        def quiet() -> None:
            pass

        with tags(*labels), get_client(sync_client=True) as client:
            run = client.create_flow_run(quiet, tags=labels)
            client.set_flow_run_state(run.id, Completed(), force=True)
        # Prefect itself takes no word for when a run ended.
        home = prefect_home(Settings(home=Path(f"{os.environ[HOME]}-prefect")))
        with closing(sqlite3.connect(home / "prefect.db", timeout=30)) as server, server:
            moment = (datetime.now(UTC) - ago).strftime("%Y-%m-%d %H:%M:%S.%f")
            changed = server.execute(
                "UPDATE flow_run SET end_time = ? WHERE id = ?", [moment, str(run.id)]
            )
            assert changed.rowcount == 1
        return run.id

    return ended


def left(*run_ids: UUID) -> set[UUID]:
    """Those of the runs that Prefect still knows."""
    wanted = FlowRunFilter.model_validate({"id": {"any_": list(run_ids)}})
    with get_client(sync_client=True) as client:
        return {one.id for one in client.read_flow_runs(flow_run_filter=wanted)}


def record(database: Database, run_id: UUID) -> None:
    with runs.running(database, run_id, "ingest"):
        pass
    runs.finish(database, run_id, "Completed")


class TestRunsOfPrefect:
    def test_of_ours_the_old_go(
        self, run_flow: RunFlow, archive: Database, ended_run: EndedRun
    ) -> None:
        names = ("ingest", "upkeep", "retry", "compare")
        scheduled = [ended_run(name, "newswire") for name in names]
        by_hand = [ended_run(name) for name in names]
        young = [ended_run(name, "newswire", ago=LATELY) for name in names]
        for run_id in by_hand:
            record(archive, run_id)

        state = run_flow("upkeep")

        assert left(*scheduled, *by_hand, *young) == set(young)
        assert str(state.message).endswith(" 8 flow runs forgotten")

    def test_those_of_others_stay(
        self,
        run_flow: RunFlow,
        archive: Database,
        ended_run: EndedRun,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(upkeep, "TOGETHER", 2)
        foreign = [ended_run("bake", "newswire"), *(ended_run("ingest", "dough") for _ in range(5))]
        ours = [ended_run("ingest", "newswire") for _ in range(5)]

        run_flow("upkeep")

        assert left(*foreign, *ours) == set(foreign)


def test_of_old_polls_those_stay_that_brought_a_document(
    run_flow: RunFlow, archive: Database
) -> None:
    run_id = uuid4()
    record(archive, run_id)
    idle: list[Any] = [
        Unmodified("wire", ".", "unchanged", documents=3, seconds=0.1),
        Failed("wire", "two.txt", "denied", "two.txt: permission denied", 0.1),
    ]
    load(archive, run_id, batch(dispatch(), failed=tuple(idle)))
    with archive.connect() as connection:
        connection.execute("UPDATE poll SET polled_at = now() - interval '91 days'")
    load(archive, run_id, batch(number=1, documents=(), failed=tuple(idle)))

    run_flow("upkeep")

    assert query(
        archive,
        "SELECT polled_at < now() - interval '1 day', outcome FROM poll ORDER BY 1, 2",
    ) == [(False, "failed"), (False, "unchanged"), (True, "new")]
