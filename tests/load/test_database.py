"""The archive's database: reached, checked, and explained where it cannot be."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from flows.errors import ConfigurationError, DatabaseError
from flows.load import cluster, warden
from flows.load.binaries import find_binaries
from flows.load.database import Database, open_database, transient
from flows.settings import Settings

SECRET = "hunter2"


def settings(url: str | None, **more: object) -> Settings:
    return Settings.model_validate({"database_url": url, "database_connect_seconds": 2, **more})


def complaint(url: str) -> str:
    """What is said of a database URL that does not lead to a database."""
    with pytest.raises((ConfigurationError, DatabaseError)) as error, open_database(settings(url)):
        pass
    return f"{type(error.value).__name__}: {error.value}"


def test_connections_are_set_up_for_the_archive(database: Database) -> None:
    with database.connect() as connection:
        found = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("TimeZone", "search_path", "statement_timeout", "application_name")
        }

    assert found == {
        "TimeZone": ("UTC",),
        "search_path": ("newswire,public",),
        "statement_timeout": ("10min",),
        "application_name": ("newswire",),
    }


def test_what_the_user_sets_in_the_url_counts(database: Database) -> None:
    chosen = Database(f"{database.dsn}&options=-c%20statement_timeout%3D7s&application_name=mine")

    with chosen.connect() as connection:
        row = connection.execute(
            "SELECT current_setting('statement_timeout'), current_setting('application_name'),"
            " current_setting('TimeZone')"
        ).fetchone()

    assert row == ("7s", "mine", "UTC")


def test_a_server_of_the_users_is_migrated_and_used(postgres: str, database: Database) -> None:
    with database.connect(autocommit=True) as connection:
        connection.execute("DROP SCHEMA newswire CASCADE")
        connection.execute("CREATE EXTENSION IF NOT EXISTS unaccent")

    with open_database(settings(database.dsn)) as opened, opened.connect() as connection:
        assert connection.execute("SELECT count(*) FROM dispatch").fetchone() == (0,)


def test_migrating_can_be_left_out(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("DROP TABLE newswire.migration")

    with open_database(settings(database.dsn), migrate=False) as opened:
        assert opened.dsn == database.dsn


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://u:{SECRET}@localhost/db",
        f"postgresql+psycopg://u:{SECRET}@localhost/db",
        f"postgresql://u:{SECRET}%zz@localhost/db",
        f"postgresql://u:p@{SECRET}@localhost/db",
        f"postgresql://u:{SECRET}/x@localhost/db",
        f"postgresql://u:{SECRET}@localhost:port/db",
        f"postgresql://u:{SECRET}@localhost:99999/db",
        f"postgresql://u:{SECRET}@localhost/db?{SECRET}=1",
        f"host=localhost password={SECRET} sslmode=perhaps",
        f"host=localhost password={SECRET} connect_timeout=soon",
        "news",
        "",
    ],
)
def test_a_url_that_cannot_be_read_is_a_usage_error_and_stays_secret(url: str) -> None:
    said = complaint(url)

    assert said.startswith("ConfigurationError: NEWSWIRE_DATABASE_URL")
    assert "\n" not in said
    assert SECRET not in said


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_server_that_is_not_there_is_said_to_be_away(closed: int) -> None:
    said = complaint(f"postgresql://u:{SECRET}@127.0.0.1:{closed}/db")

    assert said.startswith("DatabaseError: the database cannot be reached")
    assert said.endswith("start the server, or correct its address")
    assert "\n" not in said
    assert SECRET not in said


def test_a_server_that_never_answers_is_given_up(silent: int) -> None:
    said = complaint(f"postgresql://u:{SECRET}@127.0.0.1:{silent}/db")

    assert said.startswith("DatabaseError: the database cannot be reached")
    assert "timeout" in said


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"/newswire?": "/elsewhere?"}, "create it with createdb"),
        ({"//newswire@": "//stranger@"}, "create that user"),
    ],
    ids=["database", "user"],
)
def test_what_the_server_does_not_know_is_named(
    postgres: str, change: dict[str, str], advice: str
) -> None:
    for before, after in change.items():
        postgres = postgres.replace(before, after)

    said = complaint(postgres)

    assert said.startswith("DatabaseError: the database cannot be reached")
    assert advice in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'", "encoded in SQL_ASCII"),
        ("ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'", "É as the capital of é"),
        (
            "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'",
            "takes « and » for letters",
        ),
    ],
    ids=["encoding", "folding", "letters"],
)
def test_a_database_that_could_not_be_searched_is_refused(
    postgres: str, template: str, found: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS unfit")
        connection.execute(f"CREATE DATABASE unfit TEMPLATE template0 {template}".encode())
        try:
            said = complaint(postgres.replace("/newswire?", "/unfit?"))
        finally:
            connection.execute("DROP DATABASE unfit WITH (FORCE)")

    assert said.startswith("DatabaseError: ")
    assert found in said
    assert "CREATE DATABASE" in said


def test_a_database_is_shown_without_its_password() -> None:
    database = Database(f"postgresql://u:{SECRET}@db.example/news?sslpassword={SECRET}")

    assert SECRET in database.dsn
    assert SECRET not in repr(database)
    assert "db.example" in database.shown


def failing(database: Database, statement: str) -> psycopg.Error:
    with database.connect() as connection, pytest.raises(psycopg.Error) as error:
        connection.execute(statement.encode())
    return error.value


@pytest.mark.parametrize(
    ("statement", "heals"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("SELECT 1 / 0", False),
        ("SELECT * FROM nowhere", False),
        ("SET statement_timeout = 10; SELECT pg_sleep(5)", False),
        *(
            (f"DO $$ BEGIN RAISE 'made' USING ERRCODE = '{state}'; END $$", heals)
            for state, heals in {
                "40001": True,
                "40P01": True,
                "55P03": True,
                "57P03": True,
                "53300": True,
                "08006": True,
                "53100": False,
                "23505": False,
            }.items()
        ),
    ],
)
def test_what_can_heal_is_told_from_what_cannot(
    database: Database, statement: str, heals: bool
) -> None:
    assert transient(failing(database, statement)) is heals


def test_a_refused_connection_can_heal_and_an_unknown_user_cannot(
    closed: int, postgres: str
) -> None:
    for dsn, heals in (
        (f"postgresql://u@127.0.0.1:{closed}/db", True),
        (postgres.replace("//newswire@", "//stranger@"), False),
    ):
        with pytest.raises(DatabaseError) as error:
            Database(dsn).connect()
        assert transient(error.value) is heals


def test_what_is_not_the_databases_is_not_transient() -> None:
    assert not transient(DatabaseError("edited"))
    assert not transient(ValueError("wrong"))


def test_the_embedded_database_survives_its_server(wide_folder: Path) -> None:
    home = wide_folder / "home"
    with open_database(settings(None, home=home)) as database:
        with database.connect() as connection:
            connection.execute(
                "INSERT INTO source (name, kind, location) VALUES ('harbour', 'folder', '/x')"
            )
        running = warden.find_postmaster(cluster.place_of(home))
        assert running is not None

        os.kill(running.pid, signal.SIGKILL)

        found: list[object] = []
        threads = [threading.Thread(target=lambda: found.append(names(database))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [[("harbour",)]] * 4
    assert warden.find_postmaster(cluster.place_of(home)) is None

    with pytest.raises(DatabaseError, match="the run has ended"):
        database.connect()
    assert warden.find_postmaster(cluster.place_of(home)) is None


def names(database: Database) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return connection.execute("SELECT name FROM source").fetchall()


class Elsewhere:
    """A server newswire does not run itself: on TCP, with a user who needs a password."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"postgresql://desk:{SECRET}@127.0.0.1:{port}/newsroom"
        place = cluster.make_place(folder, print)
        self._account = cluster.account_for(place.data)
        self._socket = cluster.socket_folder(place, self._account)
        programs = cluster.usable_binaries(find_binaries(), place, self._account)
        cluster.initialise(place, programs, self._account)
        (place.data / "pg_hba.conf").write_text(
            "local all all trust\nhost newsroom desk 127.0.0.1/32 scram-sha-256\n"
        )
        self._port = port
        self._command = [str(programs.postgres), "-D", str(place.data), "-h", "127.0.0.1"]

    def start(self) -> None:
        self._process = subprocess.Popen(
            [*self._command, "-p", str(self._port), "-k", str(self._socket)],
            env=cluster.ENVIRONMENT,
            cwd="/",
            stderr=subprocess.PIPE,
            text=True,
            user=self._account.uid if self._account.drop else None,
            extra_groups=[] if self._account.drop else None,
        )
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if "ready to accept connections" in line:
                return
        raise AssertionError("the server did not start")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=30)

    def execute(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self._socket),
            port=self._port,
            user="newswire",
            dbname="postgres",
            autocommit=True,
        ) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def elsewhere(wide_folder: Path, closed: int) -> Iterator[Elsewhere]:
    server = Elsewhere(wide_folder / "home", closed)
    server.start()
    server.execute(f"CREATE ROLE desk LOGIN PASSWORD '{SECRET}'")
    server.execute("CREATE DATABASE newsroom OWNER desk")
    yield server
    server.stop()


def test_a_server_elsewhere_is_used_by_a_user_without_privileges(elsewhere: Elsewhere) -> None:
    with open_database(settings(elsewhere.url)) as database:
        with database.connect() as connection:
            assert connection.execute("SELECT count(*) FROM publishable").fetchone() == (0,)

        elsewhere.stop()
        with pytest.raises(DatabaseError) as away:
            database.connect()
        assert transient(away.value)

        elsewhere.start()
        with database.connect() as connection:
            assert connection.execute("SELECT count(*) FROM publishable").fetchone() == (0,)

    said = complaint(elsewhere.url.replace(SECRET, SECRET[::-1]))
    assert "check the user and the password" in said
    assert SECRET[::-1] not in said


OLDER = Path("/usr/lib/postgresql/15/bin")


@pytest.mark.skipif(not OLDER.is_dir(), reason="no PostgreSQL 15 on this machine")
def test_the_oldest_version_supported_serves(wide_folder: Path) -> None:
    with (
        open_database(settings(None, home=wide_folder / "home", postgres_bin=OLDER)) as database,
        database.connect() as connection,
    ):
        assert connection.info.server_version // 10000 == 15
        assert connection.execute("SELECT count(*) FROM newswire.publishable").fetchone() == (0,)
