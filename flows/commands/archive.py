"""status, sql, dsn, migrate: the archive as a whole."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.common import AsJson, connected, open_archive
from flows.console import chosen, out, print_json, print_rows, say, write
from flows.errors import ConfigurationError
from flows.load import ask
from flows.load.binaries import find_binaries
from flows.load.psql import reading
from flows.load.server import hold
from flows.settings import settings

# How long the embedded server waits for the client that `newswire dsn` was asked for.
HOLD_SECONDS = 600


# What fits beside one another in 80 columns; --json has the rest.
RUN = ("started_at", "flow", "state", "received", "added", "revised", "rejected")
HEALTH = ("source", "health", "dispatches", "last_polled_at", "last_error")


# psql's :name, :'name', :"name" and :{?name}, but no cast as in ::name.
VARIABLE = re.compile(r"(?<![:\w]):(?:['\"]?([a-z_]\w*)|\{\?(\w+)\})", re.IGNORECASE)


def status(as_json: AsJson = False) -> None:
    """Shows what the archive holds, its latest runs and how its sources do."""
    with connected() as connection:
        totals = ask.rows(connection, "totals")[0]
        runs = ask.rows(connection, "runs", most=5)
        health = ask.rows(connection, "health")
    if as_json:
        print_json({"archive": totals, "runs": runs, "sources": health})
        return
    print_rows([{"what": key, "value": value} for key, value in totals.items()], as_json=False)
    out.print()
    print_rows([chosen(row, RUN) for row in runs], as_json=False, title="latest runs (UTC)")
    out.print()
    print_rows([chosen(row, HEALTH) for row in health], as_json=False, title="sources (UTC)")


def sql(
    statement: Annotated[
        str | None, typer.Argument(help="A statement; without one, psql opens.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Run a file, as psql -f does.")
    ] = None,
    variable: Annotated[
        list[str] | None, typer.Option("--variable", "-v", help="name=value for the file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Runs SQL that reads: a statement, a file of sql/queries, or psql itself."""
    if statement is not None and file is not None:
        raise ConfigurationError("give a statement or --file, not both")
    if statement is not None:
        with connected() as connection:
            print_rows(ask.query(connection, statement), as_json=as_json)
        return
    if as_json:
        raise ConfigurationError("--json goes with a statement; files speak for themselves")
    if file is not None:
        check_variables(file, variable or [])
    with open_archive() as database:
        psql = find_binaries(settings().postgres_bin).folder / "psql"
        conninfo, secrets = reading(database.dsn)
        command = [str(psql), "--no-psqlrc", "--set=ON_ERROR_STOP=1", conninfo]
        command += [f"--file={file}"] if file else []
        command += [f"--set={one}" for one in variable or []]
        environment = os.environ | secrets | {"PAGER": os.environ.get("PAGER", "cat")}
        if subprocess.run(command, env=environment, check=False).returncode:
            # psql has said why.
            sys.exit(1)


def check_variables(file: Path, variables: list[str]) -> None:
    """Raises ConfigurationError for a file that is not there, or a variable it does not take.

    psql would pass over a misspelled one, and answer as if it had not been given.
    """
    if not file.is_file():
        raise ConfigurationError(f"{file}: no such file; the queries are in sql/queries/")
    code = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
    names = {name or guarded for name, guarded in VARIABLE.findall(code)}
    for one in variables:
        name, equals, _ = one.partition("=")
        if not equals or name not in names:
            known = " and ".join(sorted(names)) or "none"
            raise ConfigurationError(f"--variable {one}: {file} takes {known}, as name=value")


def dsn() -> None:
    """Prints a connection string for any client.

    The embedded server stays up for the client: until ten minutes without a connection.
    """
    with open_archive() as database:
        if settings().database_url is None:
            hold(settings().home, HOLD_SECONDS)
        write(f"{database.dsn}\n".encode())


def migrate() -> None:
    """Brings the tables up to date; every other command does so too."""
    with connected() as connection:
        rows = ask.query(connection, "SELECT name FROM newswire.migration ORDER BY name")
    say(f"the archive is up to date: {len(rows)} migrations, the last {rows[-1]['name']}")
