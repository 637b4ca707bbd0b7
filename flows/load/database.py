"""Reach the archive's database: a server of the user's, or the embedded one."""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from flows.errors import ConfigurationError, DatabaseError
from flows.load.migrate import migrate as apply_migrations
from flows.load.migrate import one_line
from flows.load.server import Lease
from flows.settings import Settings

OLDEST = 150000  # as server_version_num

CANCEL_SECONDS = 5.0

# A connection whose other end has vanished is noticed in about a minute instead of two hours.
KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

# SQLSTATEs (PostgreSQL documentation, appendix A) of what passes by itself. Not among them:
# 53100 disk_full, because nobody frees a disk within the seconds a retry waits and each retry
# writes as much again, and 57014 query_canceled, because what took too long will again.
HEALING = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "53200",  # out_of_memory
        "53300",  # too_many_connections
        "55P03",  # lock_not_available
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now
        "57P05",  # idle_session_timeout
        "25P03",  # idle_in_transaction_session_timeout
    }
)
HEALING_CLASS = "08"  # connection exceptions

# What libpq and the server say when a connection fails, for which there is no SQLSTATE, what to
# do about it, and whether trying again can help.
REFUSALS: tuple[tuple[str, str, bool], ...] = (
    (
        r"password authentication failed|no password supplied|authentication failed",
        "check the user and the password",
        False,
    ),
    (r'database ".*" does not exist', "create it with createdb, or name another", False),
    (r'role ".*" does not exist', "create that user, or name another", False),
    (r"no pg_hba\.conf entry", "let this machine and user in, in the server's pg_hba.conf", False),
    (r"permission denied for database", "grant the user CONNECT on the database", False),
    (r"SSL|certificate", "check sslmode and the certificates", False),
    (r"too many (clients|connections)|remaining connection slots", "try again later", True),
    (r"starting up|shutting down|recovery mode|not yet accepting", "try again in a moment", True),
    (r"timeout", "check the host and the network, or try again later", True),
    (r"resolve host|translate host name|Name or service", "check the name of the host", True),
    (
        r"refused|No such file|No route|unreachable",
        "start the server, or correct its address",
        True,
    ),
)

_log = logging.getLogger(__name__)


class Database:
    """The database of one archive, and how to connect to it."""

    def __init__(
        self,
        dsn: str,
        *,
        connect_seconds: int = 10,
        statement_seconds: int = 600,
        revive: Callable[[], str] | None = None,
    ) -> None:
        """`revive` makes sure that the server runs and returns its connection string."""
        self._dsn = dsn
        self._connect_seconds = connect_seconds
        self._statement_seconds = statement_seconds
        self._revive = revive
        self._connections: WeakSet[psycopg.Connection[TupleRow]] = WeakSet()

    @property
    def dsn(self) -> str:
        """A connection string for any libpq client; it may hold a password."""
        return self._dsn

    def __repr__(self) -> str:
        return f"Database({self.shown})"

    @property
    def shown(self) -> str:
        """The connection string without its secrets, to be shown."""
        parts = conninfo_to_dict(self._dsn)
        return make_conninfo("", **{k: v for k, v in parts.items() if "passw" not in k})

    def connect(self, **overrides: Any) -> psycopg.Connection[TupleRow]:
        """A connection, to be used as a context manager: it commits, or rolls back, and closes.

        Takes what psycopg.connect takes. Raises DatabaseError, on one line and without the
        password, where the server cannot be reached; `transient` tells whether that may pass. An
        embedded server that was killed is started again.
        """
        try:
            return self._connect(overrides)
        except DatabaseError:
            if self._revive is None:
                raise
            self._dsn = self._revive()
            return self._connect(overrides)

    def _connect(self, overrides: dict[str, Any]) -> psycopg.Connection[TupleRow]:
        given = conninfo_to_dict(self._dsn)
        options = (
            f"-c statement_timeout={self._statement_seconds}s -c TimeZone=UTC "
            "-c search_path=newswire,public"
        )
        arguments: dict[str, Any] = {
            "application_name": "newswire",
            "connect_timeout": self._connect_seconds,
            **KEEPALIVE,
            **given,
            # What the user set for the server comes last and so counts.
            "options": f"{options} {given.get('options', '')}".strip(),
            "client_encoding": "utf8",
            **overrides,
        }
        try:
            connection = psycopg.connect(**arguments)
        except psycopg.ProgrammingError as error:
            raise ConfigurationError(
                f"NEWSWIRE_DATABASE_URL: {_hidden(one_line(error), given)}: correct it"
            ) from None
        except psycopg.OperationalError as error:
            said = _hidden(one_line(error), given)
            if "connection is bad: invalid" in said:
                raise ConfigurationError(f"NEWSWIRE_DATABASE_URL: {said}: correct it") from None
            advice = next(
                (do for words, do, _ in REFUSALS if re.search(words, said)),
                "see the server's log",
            )
            raise DatabaseError(f"the database cannot be reached ({said}): {advice}") from error
        # Where a lock is waited for, each statement must see what the lock protected, whatever the
        # database has as its default.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        self._connections.add(connection)
        return connection

    def interrupt(self) -> None:
        """Asks the server to end whatever this process is waiting for, in any thread.

        A thread that waits for a statement cannot be stopped, and Python does not end before it.
        """
        for connection in list(self._connections):
            if not connection.closed:
                # What cannot be asked has ended by itself, or will when the server is back.
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=CANCEL_SECONDS)


@contextmanager
def open_database(
    settings: Settings, *, migrate: bool = True, notify: Callable[[str], None] = _log.info
) -> Iterator[Database]:
    """The database the settings name, checked and migrated; the embedded one where they name none.

    Raises ConfigurationError (a connection string that cannot be read) or DatabaseError (a server
    that cannot be reached or used), each one line that says what to do.
    """
    with _server(settings, notify) as (dsn, revive):
        database = Database(
            dsn,
            connect_seconds=settings.database_connect_seconds,
            statement_seconds=settings.statement_seconds,
            revive=revive,
        )
        with database.connect(autocommit=True) as connection:
            _check(connection)
        if migrate:
            apply_migrations(database.connect, notify=notify)
        yield database


@contextmanager
def _server(
    settings: Settings, notify: Callable[[str], None]
) -> Iterator[tuple[str, Callable[[], str] | None]]:
    """A connection string, and for the embedded server how to make sure that it runs."""
    if settings.database_url is not None:
        check_url(settings.database_url)
        yield settings.database_url, None
        return
    lease = Lease(settings.home, settings.postgres_bin, notify)
    ended = threading.Event()

    def revive() -> str:
        # A thread that outlives its run must not start a server that nobody would stop.
        if ended.is_set():
            raise DatabaseError("the run has ended: start another")
        return lease.start()

    try:
        yield lease.start(), revive
    finally:
        ended.set()
        lease.close()


def check_url(url: str) -> None:
    """Raise ConfigurationError where a connection string cannot mean what its user meant.

    Nothing of it is quoted: a password with a character that ought to be percent-encoded ends up
    in any other part of it.
    """
    how = (
        "write it as postgresql://user:password@host:5432/database, with @ : / ? # and % in the "
        "password percent-encoded"
    )
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            f"NEWSWIRE_DATABASE_URL is not a PostgreSQL connection string: {how}"
        ) from None
    if not parts:
        raise ConfigurationError(f"NEWSWIRE_DATABASE_URL is empty: unset it, or {how}")
    ports = str(parts.get("port") or "5432").split(",")
    if not all(port.isdecimal() and 0 < int(port) < 65536 for port in ports if port):
        raise ConfigurationError(f"NEWSWIRE_DATABASE_URL: its port is not a number: {how}")
    if any("@" in str(parts.get(key) or "") for key in ("host", "dbname")) and "://" in url:
        raise ConfigurationError(f"NEWSWIRE_DATABASE_URL has an @ too many: {how}")


def transient(error: BaseException) -> bool:
    """Whether what failed may succeed if it is simply tried again a little later.

    True for a lost or refused connection, a server that is starting, stopping or full, a
    deadlock, a serialization failure and a lock that could not be had in time.
    """
    if isinstance(error, DatabaseError):
        return error.__cause__ is not None and transient(error.__cause__)
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is not None:
        return error.sqlstate in HEALING or error.sqlstate.startswith(HEALING_CLASS)
    # Without a code it comes from the connection, and not from a statement.
    said = str(error)
    heals = next((heals for words, _, heals in REFUSALS if re.search(words, said)), True)
    return isinstance(error, psycopg.OperationalError) and heals


def _check(connection: psycopg.Connection[TupleRow]) -> None:
    """Raise DatabaseError where the server cannot keep an archive that can be searched."""
    version = connection.info.server_version
    if version < OLDEST:
        raise DatabaseError(
            f"the server is PostgreSQL {version // 10000}: use one of {OLDEST // 10000} or later"
        )
    row = connection.execute(
        "SELECT current_setting('server_encoding'),"
        " to_tsvector('pg_catalog.french', 'ÉLÈVE') = to_tsvector('pg_catalog.french', 'élève'),"
        " to_tsvector('pg_catalog.simple', '«mot»') = to_tsvector('pg_catalog.simple', 'mot')"
    ).fetchone()
    encoding, folds, parses = row or (None, False, False)
    how = "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
    if encoding != "UTF8":
        raise DatabaseError(f"the database is encoded in {encoding}: make one with {how}")
    if not folds:
        raise DatabaseError(
            "the database does not know É as the capital of é, so that nobody would find what "
            f"is in capitals: make one with {how}"
        )
    if not parses:
        raise DatabaseError(
            "the database takes « and » for letters, so that nobody would find a quoted word: "
            f"make one with {how}"
        )


def _hidden(text: str, parts: dict[str, Any]) -> str:
    for key in ("password", "sslpassword"):
        if parts.get(key):
            text = text.replace(str(parts[key]), "***")
    return text
