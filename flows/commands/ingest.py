"""ingest: the main job, by hand."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from flows.commands.common import AsJson, open_archive
from flows.console import err, make_table, out, print_json, say
from flows.errors import ConfigurationError, NewswireError
from flows.extract.catalogue import load_catalogue
from flows.extract.read import READERS
from flows.load import ask
from flows.load.database import Database
from flows.orchestration import prepare_environment
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
        run_id, state = run_flow(
            "ingest",
            {
                "paths": [str(path.absolute()) for path in paths or []],
                "sources": source or [],
                "everything": everything,
            },
        )
        print_run(database, run_id, state, as_json=as_json)
    if state.is_failed() or state.is_crashed():
        raise NewswireError(str(state.message))


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
    state = asyncio.run(flow(**parameters, return_state=True))
    return state.state_details.flow_run_id, state


def print_run(database: Database, run_id: UUID, state: Any, *, as_json: bool) -> None:
    """The run's table: a row per source, and the sum."""
    with database.connect(autocommit=True) as connection:
        rows = ask.rows(connection, "run_sources", run_id=run_id)
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
        rows.append({"source": "all", **{name: sum(row[name] for row in rows) for name in counts}})
        columns = ["source", *counts, *(["error"] if any(row.get("error") for row in rows) else [])]
        table = make_table([{name: row.get(name) for name in columns} for row in rows])
        table.rows[-2].end_section = True
        out.print(table)
    out.print(f"{state.name}: {state.message}")
