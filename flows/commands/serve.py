"""serve: runs on schedule on this machine, with Prefect's page."""

import os
import signal
from types import FrameType
from typing import Annotated

import typer

from flows.commands.common import open_archive
from flows.console import say
from flows.extract.catalogue import load_catalogue
from flows.extract.read import READERS
from flows.orchestration import prepare_environment
from flows.schedule import bury_runs, prefect_server, read_deployments, serve_deployments
from flows.settings import settings


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="For Prefect's page.")] = 4200,
) -> None:
    """Runs the flows on their schedules until it is stopped, and shows them on Prefect's page."""
    load_catalogue(settings().sources, READERS)
    signal.signal(signal.SIGTERM, _interrupt)
    elsewhere = os.environ.get("PREFECT_API_URL")
    # The archive stays open meanwhile: the embedded server would else be started for each run.
    with open_archive():
        if elsewhere:
            prepare_environment(settings())
            _serve(elsewhere, pause_at_end=True)
            return
        with prefect_server(settings(), port, say) as address:
            os.environ["PREFECT_API_URL"] = address
            if buried := bury_runs():
                say(f"{buried} runs that were cut off are marked as crashed")
            _serve(address, pause_at_end=False)


def _serve(address: str, *, pause_at_end: bool) -> None:
    say(f"Prefect's page: {address.removesuffix('/api')}")
    for one in read_deployments():
        schedules = ", ".join(f"{each['cron']} ({each['timezone']})" for each in one["schedules"])
        say(f"  {one['entrypoint'].partition(':')[2]}/{one['name']}: {schedules}")
    say("stop with Ctrl-C")
    serve_deployments(pause_at_end=pause_at_end)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """A stop by the system's service manager is as orderly as one by Ctrl-C."""
    raise KeyboardInterrupt
