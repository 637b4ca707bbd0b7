"""Archives to ask, and psql to ask them with. Asking changes nothing: each is made once."""

import csv
import io
import os
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from flows.choose import choose
from flows.extract.collect import collect
from flows.load import runs, search, store
from flows.load.binaries import find_binaries
from flows.load.database import Database
from flows.load.migrate import migrate
from flows.load.sources import cursors
from flows.model import Cursor
from flows.prepare import prepare
from flows.settings import SQL, Settings

ARCHIVE = Path(__file__).with_name("archive.sql")

Rows = list[dict[str, str]]


def psql(database: Database, file: Path, role: str | None = None, **variables: str) -> str:
    """What psql prints for a file, as CSV; any error in it fails the test."""
    program = find_binaries().folder / "psql"
    options = [f"-v{name}={value}" for name, value in variables.items()]
    environment = os.environ | {"PGTZ": "UTC", "PGCLIENTENCODING": "UTF8"}
    if role is not None:
        environment["PGOPTIONS"] = f"-c role={role}"
    done = subprocess.run(
        [program, database.dsn, "-X", "-q", "--csv", "-vON_ERROR_STOP=1", *options, "-f", file],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="session")
def run_psql() -> Callable[..., str]:
    """Runs a file with psql: database, path, an optional role, and psql variables by name."""
    return psql


@pytest.fixture(scope="session")
def ask() -> Callable[..., Rows]:
    """Asks one of sql/queries by name and gives its rows: database, name, psql variables."""

    def _ask(database: Database, name: str, **variables: str) -> Rows:
        printed = psql(database, SQL / "queries" / f"{name}.sql", **variables)
        return list(csv.DictReader(io.StringIO(printed)))

    return _ask


@contextmanager
def _migrated(postgres: str) -> Iterator[Database]:
    name = f"test_{uuid4().hex}"
    database = Database(make_conninfo(postgres, dbname=name))
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        migrate(database.connect)
        yield database
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def empty(postgres: str) -> Iterator[Database]:
    """A migrated database without a row."""
    with _migrated(postgres) as database:
        yield database


@pytest.fixture(scope="session")
def archive(postgres: str) -> Iterator[Database]:
    """A database holding what archive.sql tells."""
    with _migrated(postgres) as database:
        psql(database, ARCHIVE)
        yield database


@pytest.fixture(scope="session")
def seeded(postgres: str) -> Iterator[Database]:
    """A database after one run over seeds/, by the rooms that a flow puts together."""
    with _migrated(postgres) as database:
        _ingest(database, Settings(settle_seconds=0))
        yield database


def _ingest(database: Database, settings: Settings) -> None:
    def lookup(source: str, locations: Collection[str]) -> Mapping[str, Cursor]:
        with database.connect() as connection:
            return cursors(connection, source, locations)

    run_id = uuid4()
    with runs.running(database, run_id, "ingest") as claims:
        choice = choose(database, settings, [], [], everything=True)
        tasks = choice.tasks(claims.take(choice.names))
        for number, portion in enumerate(collect(tasks, lookup, settings)):
            store.load(database, run_id, prepare(database, portion, choice.sources, number))
        search.index_text(database)
        runs.finish(database, run_id, "Completed")
