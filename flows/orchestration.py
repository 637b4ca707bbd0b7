"""How the command finds Prefect: a server that runs, or one started for a single run."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from flows.errors import ConfigurationError
from flows.settings import Settings

TERMINATED = 143  # exit code after SIGTERM, as shells have it

# Where `newswire serve` leaves the address of its server for the commands beside it.
SERVER_FILE = "server.json"

# A quiet, offline Prefect: no analytics, one short line for each thing the flows say, and
# patience with a server that starts on a busy machine (20 s, the default, was seen to be short).
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    # In memory, the default, a server that is killed forgets who holds a deployment's only slot,
    # and no run of it would ever start again.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
        "prefect.server.concurrency.lease_storage.filesystem"
    ),
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "simple",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "flows.plainly.OneLineHandler",
}


def prefect_home(settings: Settings) -> Path:
    """Prefect's own files: below ours, so that a user's profile and database stay untouched."""
    return settings.home / "prefect"


def set_environment(settings: Settings) -> None:
    """Sets what Prefect reads when it is imported; whatever the user has set stands.

    Raises ConfigurationError where the home cannot be written to.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(make_prefect_home(settings)))


def prepare_environment(settings: Settings) -> str | None:
    """Sets what Prefect reads when it is imported; returns the address of a running server.

    Must be called before anything imports prefect. Without an address Prefect starts a server
    for the one run, which takes about ten seconds.

    Raises ConfigurationError where the server that the user names does not answer, or where the
    home cannot be written to.
    """
    set_environment(settings)
    if address := os.environ.get("PREFECT_API_URL"):
        if not _answers(address):
            raise ConfigurationError(
                f"PREFECT_API_URL: no Prefect server answers at {address}: start it, correct the "
                "address, or unset it"
            )
        return address
    address = served(prefect_home(settings) / SERVER_FILE)
    if address:
        os.environ["PREFECT_API_URL"] = address
    return address


def start_server() -> None:
    """Starts Prefect's server for this process alone; it ends with it.

    Ctrl-C at a terminal goes to every process there. It must not reach the server, to which the
    run still has to say how it ended: it inherits that SIGINT waits from the thread it is
    started in.
    """
    from prefect.server.api.server import SubprocessASGIServer

    def start() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        # There is one for a process: what Prefect finds running it does not start again.
        SubprocessASGIServer().start()

    with ThreadPoolExecutor(1) as beside:
        beside.submit(start).result()


def run_here(flow: Any, parameters: Mapping[str, Any]) -> Any:
    """Runs a flow in this process and returns its last state; SIGTERM exits with TERMINATED."""
    from prefect.exceptions import TerminationSignal

    try:
        return asyncio.run(flow(**parameters, return_state=True))
    except TerminationSignal:
        sys.exit(TERMINATED)


def make_prefect_home(settings: Settings) -> Path:
    """The folder of Prefect's files, made where it is not there.

    Raises ConfigurationError where that cannot be done.
    """
    home = prefect_home(settings)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"NEWSWIRE_HOME: {home}: {error.strerror}: choose a folder that you may write to"
        ) from None
    return home


def announce_server(settings: Settings, address: str, pid: int) -> Path:
    """Leaves word of a running server; the file is for its owner to remove at its end."""
    file = make_prefect_home(settings) / SERVER_FILE
    file.write_text(json.dumps({"api_url": address, "pid": pid}), encoding="utf-8")
    return file


def server_left(settings: Settings) -> int | None:
    """The process that serves, by the word that was left; None where none answers."""
    file = prefect_home(settings) / SERVER_FILE
    return int(json.loads(file.read_text(encoding="utf-8"))["pid"]) if served(file) else None


def healthy(address: str) -> bool:
    """Whether a Prefect server on this machine answers at this API address."""
    try:
        return httpx.get(f"{address}/health", timeout=2.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _answers(address: str) -> bool:
    """Whether anything answers: who may ask what is between Prefect's client and the server."""
    try:
        httpx.get(f"{address.rstrip('/')}/health", timeout=10.0)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return True


def served(file: Path) -> str | None:
    """The address a file of `announce_server` gives, if a server answers there."""
    try:
        address = json.loads(file.read_text(encoding="utf-8"))["api_url"]
    except (OSError, ValueError, KeyError):
        # No word, or half a word: then there is no server to count on.
        return None
    return address if isinstance(address, str) and healthy(address) else None
