"""What a run survives: cut connections, refusals, and batches made too early."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prefect.client.schemas.objects import State, TaskRun

from flows.errors import DatabaseError
from flows.ingest import can_heal, load
from flows.load import server
from flows.load.database import Database
from flows.load.migrate import migrate
from tests.flow import accidents
from tests.flow.archived import dispatches, query, states
from tests.flow.conftest import FEED, Newsroom, RunFlow


class TestABatchMadeWhileAnotherIsLoaded:
    """The feed says A, then B, then A again, each in a document and a batch of its own."""

    @pytest.fixture
    def rings(self, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
        monkeypatch.setenv("NEWSWIRE_BATCH_DOCUMENTS", "1")
        newsroom.source("quay")
        newsroom.write("quay/1.rss", FEED)
        return newsroom

    def test_knows_what_the_other_has_brought(
        self, run_flow: RunFlow, archive: Database, rings: Newsroom
    ) -> None:
        run_flow(everything=True)
        rings.write("quay/2.rss", FEED.replace("winter", "summer"))
        rings.write("quay/3.rss", FEED + "<!-- once more -->")
        rings.write("quay/4.rss", FEED.replace("winter", "summer") + "<!-- and again -->")

        state = run_flow(everything=True)

        assert query(
            archive, "SELECT headline FROM revision WHERE external_id = 'q2' ORDER BY revision"
        ) == [f"Ferry keeps its {season} hours" for season in ("winter", "summer") * 2]
        assert str(state.message).startswith("9 received, 0 added, 3 revised, 3 unchanged")

    def test_is_lost_with_it_and_comes_again(
        self, run_flow: RunFlow, archive: Database, rings: Newsroom
    ) -> None:
        rings.write("quay/2.rss", FEED.replace(">q", ">r"))
        accidents.refuse(archive, "53100", "no more of this")

        assert run_flow().is_failed()
        assert dispatches(archive) == {}

        accidents.avert(archive)
        assert str(run_flow(everything=True).message).startswith("6 received, 4 added")


class TestWhatARunSurvives:
    def test_a_load_whose_connection_is_cut_is_tried_again(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        accidents.cut_connection(archive)

        state = run_flow()

        assert state.name == "Completed"
        assert str(state.message).startswith("6 received, 5 added")
        assert accidents.attempts(archive) == 2
        assert dispatches(archive) == {"wire": 3, "quay": 2}
        assert states(archive) == ["Completed"]

    @pytest.mark.parametrize(
        ("sqlstate", "advice"),
        [
            ("53100", "free some space on the disk of the database"),
            ("42501", "give the user that newswire connects as the right to do so"),
            ("57014", "raise NEWSWIRE_STATEMENT_SECONDS"),
        ],
        ids=["disk full", "no right", "too slow"],
    )
    def test_what_cannot_heal_is_tried_once_said_in_a_line_and_lost_nowhere(
        self,
        sqlstate: str,
        advice: str,
        run_flow: RunFlow,
        archive: Database,
        quay: Newsroom,
    ) -> None:
        accidents.refuse(archive, sqlstate, "no more of this")

        state = run_flow()

        assert state.is_failed()
        assert str(state.message).startswith("the database refused (no more of this): ")
        assert str(state.message).endswith(advice) and "\n" not in str(state.message)
        assert accidents.attempts(archive) == 1
        assert states(archive) == ["Failed"]
        assert query(archive, "SELECT count(*) FROM cursor") == [0]

        accidents.avert(archive)
        assert str(run_flow().message).startswith("6 received, 5 added")

    @pytest.mark.parametrize("whose", ["embedded", "of the user's"])
    def test_a_server_that_is_killed_and_comes_back(
        self,
        whose: str,
        *,
        run_flow: RunFlow,
        wide_folder: Path,
        quay: Newsroom,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        home, once = wide_folder / "home", wide_folder / "once"
        wide_folder.chmod(0o777)
        lease = server.Lease(home)
        database = Database(lease.start(), revive=lease.start)
        migrated(database)
        accidents.kill_server(database, once)
        if whose == "embedded":
            monkeypatch.setenv("NEWSWIRE_HOME", str(home))
            state = run_flow()
        else:
            monkeypatch.setenv("NEWSWIRE_DATABASE_URL", database.dsn)
            ended = threading.Event()
            administrator = threading.Thread(target=restart, args=(lease, once, ended))
            administrator.start()
            state = run_flow()
            ended.set()
            administrator.join()

        assert once.exists()
        assert "load: the database " in caplog.text
        assert state.name == "Completed"
        assert str(state.message).startswith("6 received, 5 added")
        assert dispatches(database) == {"wire": 3, "quay": 2}
        lease.close()


def migrated(database: Database) -> None:
    migrate(database.connect)


def restart(lease: server.Lease, once: Path, ended: threading.Event) -> None:
    """Starts the server again as soon as it was killed."""
    while not ended.wait(0.2):
        if once.exists():
            lease.start()
            return


def _lost() -> Exception:
    return psycopg.OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize(
    ("raised", "heals"),
    [
        (lambda: DatabaseError("gone"), False),
        (lambda: ValueError("a defect"), False),
        (_lost, True),
    ],
    ids=["an error without a cause", "a defect", "a lost connection"],
)
def test_only_what_can_heal_is_tried_again(raised: Callable[[], Exception], heals: bool) -> None:
    state: State[Any] = State(type="FAILED", data=raised())  # type: ignore[arg-type]

    assert can_heal(load, TaskRun.model_construct(), state) is heals
