"""sources: the catalogue, as it is, as it should be, and from elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from flows.choose import record
from flows.commands.common import AsJson, open_archive
from flows.console import chosen, print_rows, say
from flows.errors import ConfigurationError
from flows.extract.catalogue import append_sources, load_catalogue
from flows.extract.opml import import_opml
from flows.extract.read import READERS
from flows.load import ask
from flows.settings import settings

# What fits beside one another in 80 columns; --json has the rest.
SHOWN = ("name", "kind", "every", "enabled", "health", "dispatches", "next_poll_at")

app = typer.Typer(help="Where dispatches come from.", no_args_is_help=True)


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """Lists every source the archive knows, and how it does."""
    catalogue = load_catalogue(settings().sources, READERS)
    with open_archive() as database:
        record(database, catalogue)
        with database.connect(autocommit=True) as connection:
            rows = ask.rows(connection, "sources")
    print_rows(rows if as_json else [chosen(row, SHOWN) for row in rows], as_json=as_json)


@app.command()
def check() -> None:
    """Checks the catalogue, and says file and line of what is wrong."""
    catalogue = load_catalogue(settings().sources, READERS)
    enabled = sum(source.enabled for source in catalogue)
    say(f"{settings().sources}: {len(catalogue)} sources, {enabled} enabled; all well")


@app.command("import")
def import_sources(
    opml: Annotated[
        Path, typer.Argument(metavar="OPML", help="A list of feeds, as readers export.")
    ],
) -> None:
    """Adds the feeds of an OPML file to the catalogue."""
    if not opml.is_file():
        raise ConfigurationError(f"{opml}: no such file")
    path = settings().sources
    existing = load_catalogue(path, READERS)
    added = import_opml(opml.read_bytes(), existing)
    append_sources(path, added)
    say(f"{path}: {len(added)} sources added; `newswire ingest` fetches them")
