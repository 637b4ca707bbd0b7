"""ingest: the main job, by hand."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape

from flows.choose import named, record
from flows.commands.common import AsJson, open_archive
from flows.console import Row, err, make_table, out, print_json, say
from flows.errors import ConfigurationError, DatabaseError, NewswireError
from flows.extract.catalogue import load_catalogue
from flows.extract.read import READERS
from flows.load import ask
from flows.load.database import Database
from flows.orchestration import prepare_environment, run_here, start_server
from flows.settings import settings


def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; none: what is due.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", "-s", help="This source, due or not.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every enabled source, due or not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetches, cleans and archives what is due, or what is named."""
    if everything and (paths or source):
        raise ConfigurationError("--all goes alone: without paths and without --source")
    load_catalogue(settings().sources, READERS)
    missing = [path for path in paths or [] if not path.exists()]
    if missing:
        raise ConfigurationError(f"{missing[0]}: no such file or folder")
    with open_archive() as database:
        check_names(database, source or [])
        run_id, state = run_flow(
            "ingest",
            {
                "paths": [str(path.absolute()) for path in paths or []],
                "sources": source or [],
                "everything": everything,
            },
        )
        conclude(database, run_id, state, as_json=as_json)


def check_names(database: Database, names: Sequence[str]) -> None:
    """Raises ConfigurationError for a source that is not there, before Prefect is started."""
    if names:
        known = {
            one.name: one for one in record(database, load_catalogue(settings().sources, READERS))
        }
        for name in names:
            named(name, known)


def run_flow(name: str, parameters: dict[str, Any]) -> tuple[UUID, Any]:
    """Runs a flow in this process; returns the id of the run and its last state.

    Prefect is imported only here: it takes two seconds that no other command should wait for.
    """
    server = prepare_environment(settings())
    waiting = "starting Prefect …" if server else "starting Prefect, with a server for this run …"
    with err.status(waiting):
        flow = getattr(import_module(f"flows.{name}"), name)
    if not server:
        say("no Prefect server runs here: one is started for this run, which takes some seconds")
        start_server()
    state = run_here(flow, parameters)
    return state.state_details.flow_run_id, state


def conclude(database: Database, run_id: UUID, state: Any, *, as_json: bool) -> None:
    """Prints the run's table; raises NewswireError with the state's message where it failed."""
    failed = state.is_failed() or state.is_crashed()
    try:
        with database.connect(autocommit=True) as connection:
            rows = ask.rows(connection, "run_sources", run_id=run_id)
    except DatabaseError:
        # A run that lost its database has said so; that it is still away adds nothing.
        if not failed:
            raise
    else:
        print_run(rows, run_id, state, as_json=as_json)
    if failed:
        raise NewswireError(str(state.message))


def print_run(rows: Sequence[Row], run_id: UUID, state: Any, *, as_json: bool) -> None:
    """The run's table: a row per source, and the sum."""
    if as_json:
        print_json(
            {
                "run_id": run_id,
                "state": state.name,
                "message": state.message,
                "sources": [{**row, "seconds": round(row["seconds"], 3)} for row in rows],
            }
        )
        return
    if rows:
        counts = [name for name in rows[0] if name not in {"source", "error"}]
        total: Row = {"source": "all", **{name: sum(row[name] for row in rows) for name in counts}}
        columns = ["source", *counts, *(["error"] if any(row.get("error") for row in rows) else [])]
        table = make_table([{name: row.get(name) for name in columns} for row in (*rows, total)])
        table.rows[-2].end_section = True
        out.print(table)
    if not state.is_failed():
        out.print(escape(f"{state.name}: {state.message}"), soft_wrap=True)
