"""compare: looks for copies in the archive once more."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from flows import progress
from flows.commands.common import AsJson, open_archive
from flows.commands.ingest import conclude, run_flow
from flows.console import err
from flows.errors import ConfigurationError

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def compare(
    since: Annotated[
        datetime | None, typer.Option(formats=FORMATS, help="Published from then on, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=FORMATS, help="Published before then, UTC.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole archive.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compares archived dispatches anew, for archives that were loaded by an older newswire.

    A comparison that was stopped goes on where it was when it is asked for again.
    """
    if everything and (since or until):
        raise ConfigurationError("--all goes alone: without --since and without --until")
    if not (everything or since or until):
        raise ConfigurationError("say which dispatches: --since, --until, or --all")
    since, until = _in_utc(since), _in_utc(until)
    if since and until and since >= until:
        raise ConfigurationError("--since must be before --until")
    with open_archive() as database:
        with _bar():
            run_id, state = run_flow("compare", {"since": since, "until": until})
        conclude(database, run_id, state, as_json=as_json)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


@contextmanager
def _bar() -> Iterator[None]:
    """A progress bar at a terminal, from the first word of the flow on."""
    bar = Progress(
        TextColumn("comparing"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=not err.is_terminal,
    )
    task = bar.add_task("comparing", total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    token = progress.listener.set(show)
    try:
        yield
    finally:
        progress.listener.reset(token)
        bar.stop()
