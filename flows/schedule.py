"""Serves the deployments of deployments/prefect.yaml from this machine."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from flows.errors import ConfigurationError, NewswireError
from flows.orchestration import (
    announce_server,
    healthy,
    make_prefect_home,
    prefect_home,
    server_left,
    set_environment,
)
from flows.settings import PROJECT, Settings, settings

DEPLOYMENTS = PROJECT / "deployments" / "prefect.yaml"

# A Prefect server on two busy cores was seen to take half a minute.
START_SECONDS = 180.0
STOP_SECONDS = 20.0


def read_deployments(file: Path = DEPLOYMENTS) -> list[dict[str, Any]]:
    """The deployments a prefect.yaml lists, as written."""
    return list(yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"])


def load_flow(entrypoint: str) -> Any:
    """The flow an entrypoint "flows/ingest.py:ingest" names, imported as a module.

    As a module it is found wherever newswire is installed, whatever the working directory.
    """
    path, _, name = entrypoint.partition(":")
    return getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)


def make_deployments() -> list[Any]:
    """The deployments as Prefect's client takes them (RunnerDeployment)."""
    # Imported here: the address of the server must be in the environment before Prefect is.
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.types.entrypoint import EntrypointType

    return [
        load_flow(one["entrypoint"]).to_deployment(
            name=one["name"],
            description=one["description"],
            tags=one["tags"],
            parameters=one["parameters"],
            schedules=[
                DeploymentScheduleCreate(
                    schedule=CronSchedule(cron=each["cron"], timezone=each["timezone"]),
                    active=each["active"],
                )
                for each in one["schedules"]
            ],
            concurrency_limit=ConcurrencyLimitConfig(**one["concurrency_limit"]),
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for one in read_deployments()
    ]


def serve_deployments(*, pause_at_end: bool) -> None:
    """Registers every deployment and runs what falls due, until it is told to stop.

    A server that goes on without us must be told to pause what nobody would run.
    """
    from prefect.runner import Runner

    class OrderlyRunner(Runner):
        """Stops in order on SIGTERM, also where SIGINT is ignored, as in a shell's background.

        Prefect's own handler calls `stop()` inside of the event loop, where that only makes a
        coroutine, which nobody awaits.
        """

        def handle_sigterm(self, *_args: Any, **_options: Any) -> None:
            if not self.started:  # before it has, or for the second time
                raise KeyboardInterrupt
            self.execute_in_background(self.astop)

    # Prefect's runner makes itself a folder and leaves it behind: in ours rather than in the
    # system's temporary one.
    tempfile.tempdir = str(make_prefect_home(settings()))
    runner = OrderlyRunner(pause_on_shutdown=pause_at_end, limit=None)
    for deployment in make_deployments():
        runner.add_deployment(deployment)
    with suppress(KeyboardInterrupt):
        asyncio.run(runner.start())


def bury_runs() -> int:
    """Marks as crashed what a machine or server that died left running; returns how many runs.

    For a server's only user, before it serves: such a run would hold its deployment's only slot
    for ever, and every later run would be canceled.
    """
    from prefect import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.client.schemas.objects import State
    from prefect.states import Crashed

    unfinished = FlowRunFilter.model_validate(
        {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}}
    )
    with get_client(sync_client=True) as client:
        left = client.read_flow_runs(flow_run_filter=unfinished)
        for run in left:
            gone: State[Any] = Crashed(message="the machine or the process it ran in is gone")
            client.set_flow_run_state(run.id, gone, force=True)
    return len(left)


@contextmanager
def prefect_server(settings: Settings, port: int, notify: Callable[[str], None]) -> Iterator[str]:
    """A Prefect server on this machine, for as long as the context lasts; yields its address.

    Raises ConfigurationError where this home has one, or the port; and NewswireError where it
    does not come up, quoting its log.
    """
    with _alone(settings):
        yield from _served(settings, port, notify)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be the only one that serves from this home; the lock goes with the process, however."""
    with (make_prefect_home(settings) / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"`newswire serve` runs already for {settings.home}: stop it first"
            ) from None
        yield


def _served(settings: Settings, port: int, notify: Callable[[str], None]) -> Iterator[str]:
    if (orphan := server_left(settings)) is not None:
        notify("stopping the Prefect server that a killed `newswire serve` has left …")
        os.killpg(orphan, signal.SIGTERM)
        _until(lambda: server_left(settings) is None, STOP_SECONDS)
    address = f"http://127.0.0.1:{port}/api"
    if healthy(address):
        raise ConfigurationError(
            f"a Prefect server runs on port {port} already: "
            f"set PREFECT_API_URL={address} to use it, or choose another --port"
        )
    set_environment(settings)
    log = prefect_home(settings) / "server.log"
    command = [sys.executable, "-m", "prefect", "server", "start"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        # In a session of its own, so that Ctrl-C reaches us first and we stop it in our order.
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    file = None
    try:
        notify("starting Prefect's server …")
        _await(server, address, log)
        file = announce_server(settings, address, server.pid)
        yield address
    finally:
        if file is not None:
            file.unlink(missing_ok=True)
        _stop(server)


def _await(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    _until(lambda: healthy(address) or server.poll() is not None, START_SECONDS)
    if server.poll() is not None or not healthy(address):
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        words = lines[-1].strip() if lines else "it said nothing"
        raise NewswireError(f"Prefect's server did not start ({words}); its log is {log}")


def _until(condition: Callable[[], bool], seconds: float) -> None:
    """Waits for the condition, so long at most."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.25)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Stops the server and the processes it started: they are a session of their own."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
