"""How the command finds Prefect: a server that runs, or one started for a single run."""

import json
import os
from pathlib import Path

import httpx

from flows.settings import Settings

# Where `newswire serve` leaves the address of its server for the commands beside it.
SERVER_FILE = "server.json"

# A quiet, offline Prefect: no analytics, one short line for each thing the flows say, and
# patience with a server that starts on a busy machine (20 s, the default, was seen to be short).
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows",
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "simple",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "flows.plainly.OneLineHandler",
}


def prefect_home(settings: Settings) -> Path:
    """Prefect's own files: below ours, so that a user's profile and database stay untouched."""
    return settings.home / "prefect"


def prepare_environment(settings: Settings) -> str | None:
    """Sets what Prefect reads when it is imported; returns the address of a running server.

    Must be called before anything imports prefect. Whatever the user has set stands. Without an
    address Prefect starts a server for the one run, which takes about ten seconds.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    home = prefect_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(home))
    if address := os.environ.get("PREFECT_API_URL"):
        return address
    address = served(home / SERVER_FILE)
    if address:
        os.environ["PREFECT_API_URL"] = address
    return address


def announce_server(settings: Settings, address: str) -> Path:
    """Leaves word of a running server; the file is for its owner to remove at its end."""
    file = prefect_home(settings) / SERVER_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"api_url": address, "pid": os.getpid()}), encoding="utf-8")
    return file


def healthy(address: str) -> bool:
    """Whether a Prefect server answers at this API address."""
    try:
        return httpx.get(f"{address}/health", timeout=2.0).is_success
    except httpx.HTTPError:
        return False


def served(file: Path) -> str | None:
    """The address a file of `announce_server` gives, if a server answers there."""
    try:
        address = json.loads(file.read_text(encoding="utf-8"))["api_url"]
    except (OSError, ValueError, KeyError):
        # No word, or half a word: then there is no server to count on.
        return None
    return address if isinstance(address, str) and healthy(address) else None
