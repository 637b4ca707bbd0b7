"""Flows under test: one Prefect server for the whole test run, and archives to run them on."""

import asyncio
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.load.database import Database
from flows.orchestration import SERVER_FILE, healthy, prefect_home, served
from flows.settings import PROJECT, Settings, settings
from tests.conftest import HOME
from tests.flow.keeper import USERS

START_SECONDS = 120.0

RunFlow = Callable[..., State[Any]]


@pytest.fixture(scope="session")
def prefect_server() -> str:
    """The address of a Prefect server, started by the first test of any process that asks."""
    home = Path(f"{os.environ[HOME]}-prefect")
    home.mkdir(exist_ok=True)
    # Closed by the system as this process ends: at its exit Prefect still sends its last lines.
    users = os.open(home / USERS, os.O_RDONLY | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    return _address(home)


def _address(home: Path) -> str:
    word = prefect_home(Settings(home=home)) / SERVER_FILE
    with (home / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if address := served(word):
            return address
        environment = {key: value for key, value in os.environ.items() if key != "PREFECT_HOME"}
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.flow.keeper", str(home)],
            cwd=PROJECT,
            env=environment,
            start_new_session=True,
        )
        give_up = time.monotonic() + START_SECONDS
        while not (address := served(word)):
            assert keeper.poll() is None and time.monotonic() < give_up
            time.sleep(0.1)
        return address


@pytest.fixture
def prefect(prefect_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """That server, for flows in this process and in those it starts."""
    assert healthy(prefect_server)
    monkeypatch.setenv("PREFECT_API_URL", prefect_server)
    with temporary_settings({PREFECT_API_URL: prefect_server}):
        yield prefect_server


FEED = """\
    <rss version="2.0"><channel><title>Quay</title>
    <item><guid>q1</guid><title>Crane returns to the quay</title>
    <description>The yellow crane stood again on Tuesday where it had fallen.</description></item>
    <item><guid>q2</guid><title>Ferry keeps its winter hours</title>
    <description>Nobody had asked for other ones, said the notice board.</description></item>
    <item></item></channel></rss>
"""


class Newsroom:
    """A folder for a catalogue and what its sources hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = folder / "sources.toml"
        self.catalogue.touch()

    def source(self, name: str, location: str | None = None, **more: object) -> None:
        """Adds a folder source; its folder is not made."""
        entry = {"name": name, "kind": "folder", "location": location or name, "every": "5m"} | more
        lines = [f"{key} = {_toml(value)}" for key, value in entry.items() if value is not None]
        with self.catalogue.open("a") as file:
            file.write("\n".join(["[[source]]", *lines, "\n"]))

    def text(self, path: str, headline: str, body: str = "", credit: str = "ALP") -> Path:
        """Writes a plain-text dispatch, long settled."""
        # Too short to be compared with others.
        body = body or f"{headline}, they say."
        return self.write(path, f" date 2026-03-04 {headline}\n\n{body}\n\nSource: {credit}\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Writes a file that nobody has touched for a minute."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        past = time.time() - 60
        os.utime(file, (past, past))
        return file


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """An empty catalogue, named by the settings."""
    newsroom = Newsroom(tmp_path)
    monkeypatch.setenv("NEWSWIRE_SOURCES", str(newsroom.catalogue))
    # The time at which the system says a file's entry was changed cannot be set: each file looks
    # as if it were still being written.
    monkeypatch.setenv("NEWSWIRE_SETTLE_SECONDS", "0")
    return newsroom


@pytest.fixture
def quay(newsroom: Newsroom) -> Newsroom:
    """Two sources: a folder with three dispatches, and a feed with two, and one empty item."""
    newsroom.source("wire")
    newsroom.source("quay", "feeds/quay.rss")
    newsroom.text("wire/1.txt", "Harbour counts its lamps")
    newsroom.text("wire/2.txt", "Lamps of the harbour counted again")
    newsroom.text("wire/3.txt", "Mayor will count the lamps herself")
    newsroom.write("feeds/quay.rss", FEED)
    return newsroom


@pytest.fixture
def archive(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An empty archive, named by the settings."""
    monkeypatch.setenv("NEWSWIRE_DATABASE_URL", database.dsn)
    return database


@pytest.fixture
def run_flow(prefect: str) -> Iterator[RunFlow]:
    """Runs a flow in this process, under the settings as they are set; returns its last state."""

    def run(name: str = "ingest", **parameters: Any) -> State[Any]:
        settings.cache_clear()
        flow = getattr(import_module(f"flows.{name}"), name)
        state: State[Any] = asyncio.run(flow(**parameters, return_state=True))
        return state

    yield run
    settings.cache_clear()
