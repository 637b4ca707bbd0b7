"""`newswire serve`: alone in its home, orderly in its end, and back at work after a power cut."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from flows.errors import ConfigurationError
from flows.load.database import Database
from flows.orchestration import SERVER_FILE, make_prefect_home, served, server_left
from flows.schedule import prefect_server
from flows.settings import Settings
from tests.flow import accidents
from tests.flow.archived import states
from tests.flow.conftest import Newsroom
from tests.flow.keeper import free_port


def test_a_home_is_served_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with (make_prefect_home(settings) / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with (
            pytest.raises(ConfigurationError, match=r"runs already for .*: stop it first"),
            prefect_server(settings, free_port(), print),
        ):
            pass


def test_a_port_with_another_server_is_left_to_it(prefect: str, tmp_path: Path) -> None:
    port = httpx.URL(prefect).port
    assert port is not None

    with (
        pytest.raises(ConfigurationError, match=f"set PREFECT_API_URL={prefect} to use it"),
        prefect_server(Settings(home=tmp_path), port, print),
    ):
        pass


@pytest.mark.parametrize(
    "word",
    [None, "", "{", "{}", '{"api_url": 4}', '{"api_url": "http://127.0.0.1:1/api"}'],
    ids=["none", "empty", "half", "of nothing", "of no address", "of a server that is gone"],
)
def test_a_word_that_leads_nowhere_is_no_server(word: str | None, tmp_path: Path) -> None:
    file = tmp_path / SERVER_FILE
    if word is not None:
        file.write_text(word)

    assert served(file) is None


@contextmanager
def serving(port: int) -> Iterator["subprocess.Popen[str]"]:
    """Serves until the context ends, and is killed where it still does."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import main; main()", "serve", "--port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What it says, up to these words."""
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended without a word of {words!r}: {said}")


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def trigger(port: int) -> None:
    """Starts a run by hand, as the button on the page does."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", trust_env=False) as client:
        by_name = "/deployments/name/ingest/scheduled"
        eventually(lambda: client.get(by_name).json().get("status") == "READY")
        deployment = client.get(by_name).json()
        assert deployment["paused"] is False
        parameters = {"parameters": {"everything": True}}
        path = f"/deployments/{deployment['id']}/create_flow_run"
        client.post(path, json=parameters).raise_for_status()


@pytest.fixture
def cleaning() -> Iterator[ExitStack]:
    """What is to be done at the end, however the test ends."""
    with ExitStack() as stack:
        yield stack


def stop_server_left(home: Path) -> None:
    if (left := server_left(Settings(home=home))) is not None:
        os.killpg(left, signal.SIGKILL)


def test_killed_in_the_middle_of_a_run_it_goes_on_with_the_schedule(
    archive: Database,
    newsroom: Newsroom,
    wide_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    cleaning: ExitStack,
) -> None:
    newsroom.source("wire")
    newsroom.text("wire/1.txt", "Crane returns")
    home, port = wide_folder / "home", free_port()
    cleaning.callback(stop_server_left, home)
    monkeypatch.setenv("NEWSWIRE_HOME", str(home))
    monkeypatch.setenv("PREFECT_HOME", str(home / "prefect"))
    # Often enough looked at for a test.
    monkeypatch.setenv("PREFECT_RUNNER_POLL_FREQUENCY", "1")
    accidents.hold_up(archive)

    with archive.connect() as lock, serving(port) as killed:
        lock.execute("SELECT pg_advisory_xact_lock(%s)", [accidents.LOCK])
        read_until(killed, "stop with Ctrl-C")
        trigger(port)
        eventually(lambda: accidents.waits(archive))
        # Its runs die with it, and Prefect's server, a session of its own, is left behind.
        os.killpg(killed.pid, signal.SIGKILL)
    accidents.avert(archive)

    with serving(port) as again:
        said = read_until(again, "stop with Ctrl-C")
        trigger(port)
        eventually(lambda: "Completed" in states(archive))
        again.send_signal(signal.SIGTERM)
        _, at_the_end = again.communicate(timeout=60)

    assert "stopping the Prefect server that a killed `newswire serve` has left" in said
    assert "1 runs that were cut off are marked as crashed" in said
    assert states(archive) == ["Crashed", "Completed"]
    assert again.returncode == 0
    assert "RuntimeWarning" not in at_the_end
    assert "Traceback" not in at_the_end
    assert served(home / "prefect" / SERVER_FILE) is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False)
