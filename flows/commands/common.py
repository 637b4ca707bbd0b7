"""What the commands share: the archive, opened with a word where that takes long."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any

import psycopg
import typer

from flows.console import err
from flows.load.database import Database, open_database
from flows.load.faults import explained
from flows.settings import settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@contextmanager
def open_archive() -> Iterator[Database]:
    """The archive's database, with a spinner at a terminal while it starts."""
    with explained(), ExitStack() as stack:
        with err.status("opening the archive …") as spinner:
            database = stack.enter_context(open_database(settings(), notify=spinner.update))
        yield database


@contextmanager
def connected() -> Iterator[psycopg.Connection[Any]]:
    """A connection to the archive, each statement its own transaction."""
    with open_archive() as database, database.connect(autocommit=True) as connection:
        yield connection
