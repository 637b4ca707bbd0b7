"""What tests of several rooms share: a real PostgreSQL, and a fresh database for each test."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from flows.load import server
from flows.load.database import Database
from flows.load.migrate import migrate
from flows.orchestration import set_environment
from flows.settings import Settings

HOME = "NEWSWIRE_TEST_HOME"  # how the processes of one test run find the server they share
TEMPLATE = "template_newswire"


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    # A user's own settings must not reach the tests, nor the tests a user's archive.
    for name in [name for name in os.environ if name.startswith(("NEWSWIRE_", "PREFECT_"))]:
        del os.environ[name]
    os.environ["NEWSWIRE_ENV_FILE"] = os.devnull
    # Not under pytest's own folder: that is closed to the user root's PostgreSQL runs as, and
    # too long a path for a socket.
    home = Path(tempfile.mkdtemp(prefix="newswire-tests-"))
    if os.geteuid() == 0:
        home.chmod(0o711)
    os.environ[HOME] = str(home)
    set_environment(Settings(home=home))
    # Where a command is run that is given no home: never the user's own.
    os.environ["NEWSWIRE_HOME"] = str(home / "command")


def pytest_unconfigure(config: pytest.Config) -> None:
    home = os.environ.get(HOME)
    if home is None or hasattr(config, "workerinput"):
        return
    server.stop(Path(home))
    shutil.rmtree(home)
    del os.environ[HOME]


@pytest.fixture
def wide_folder() -> Iterator[Path]:
    """A short folder others can pass through, as a server that root starts needs it.

    Its subfolders may be homes: their servers are stopped in the end.
    """
    folder = Path(tempfile.mkdtemp(prefix="newswire-test-"))
    folder.chmod(0o711)
    yield folder
    for home in folder.iterdir():
        server.stop(home)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server shared by all processes of the test run, with a migrated template."""
    home = Path(os.environ[HOME])
    with server.embedded(home) as dsn:
        with (home / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _make_template(dsn)
        yield dsn


def _make_template(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        made = "SELECT FROM pg_database WHERE datname = %s AND datistemplate"
        if connection.execute(made, [TEMPLATE]).fetchone() is not None:
            return
        # Nothing here outlives the test run, so nothing needs to reach the disk.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
        # What a failed migration left would hide why it failed from the tests that follow.
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(Database(_named(dsn, TEMPLATE)).connect)
        connection.execute(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true")


def _named(dsn: str, name: str) -> str:
    return dsn.replace("/newswire?", f"/{name}?", 1)


@pytest.fixture
def database(postgres: str) -> Iterator[Database]:
    """A fresh, migrated, empty database."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield Database(_named(postgres, name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection to that database, in autocommit mode."""
    with database.connect(autocommit=True) as connection:
        yield connection
