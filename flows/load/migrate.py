"""Bring the database to the state this checkout expects: numbered SQL files, each applied once.

What was applied is kept, with a checksum, in newswire.migration. A file runs in a transaction of
its own together with the row that records it; one whose first line is `-- newswire: no
transaction` runs statement by statement, for CREATE INDEX CONCURRENTLY, and must be repeatable.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from flows.errors import DatabaseError
from flows.settings import SQL

LOCK = int.from_bytes(hashlib.sha256(b"newswire.migration").digest()[:8], "big", signed=True)
LOCK_SECONDS = 900.0  # a migration may rewrite a large table
ALONE = "-- newswire: no transaction"
NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

# What a statement is made of, so that a semicolon inside quotes or a comment ends nothing.
TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|[eE]'(?:[^'\\]|\\.|'')*'|'[^']*'|"[^"]*"|\$(\w*)\$.*?\$\1\$|;|[^;]""",
    re.DOTALL,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its name, its SQL, and the digest of it that does not depend on line endings."""

    name: str
    text: str
    checksum: str

    @property
    def alone(self) -> bool:
        """Whether it runs outside of a transaction."""
        return self.text.split("\n", 1)[0].strip() == ALONE


def migrate(
    connect: Callable[[], psycopg.Connection],
    folder: Path = SQL / "migrations",
    notify: Callable[[str], None] = _log.info,
) -> list[str]:
    """Apply the files of `folder` that the database has not had; returns their names.

    Any number of processes may do so at once: one works, the others wait for it. Raises
    DatabaseError where a file was edited after it was applied, where the database knows files
    that `folder` lacks, where numbers are missing or double, and where a file fails.
    """
    wanted = read_migrations(folder)
    with connect() as connection:
        connection.autocommit = True
        if not _pending(wanted, _applied(connection)):
            return []
    with _locked(connect, notify), connect() as worker:
        worker.autocommit = True
        _prepare(worker)
        pending = _pending(wanted, _applied(worker))
        for migration in pending:
            notify(f"migrating: {migration.name}")
            _apply(worker, migration)
        return [migration.name for migration in pending]


def read_migrations(folder: Path) -> list[Migration]:
    """The files of a folder in order; numbered from 0001 without gap, or it is a DatabaseError."""
    migrations = []
    for number, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        named = NAME.fullmatch(path.name)
        if named is None:
            raise DatabaseError(f"{path}: a migration is named like 0001_what_it_does.sql")
        if int(named[1]) != number:
            raise DatabaseError(
                f"{path}: number {number:04} was expected here: migrations are numbered from 0001 "
                "without gaps, and no number twice"
            )
        text = path.read_text("utf-8")  # universal newlines: one text however it was checked out
        migrations.append(Migration(path.name, text, hashlib.sha256(text.encode()).hexdigest()))
    if not migrations:
        raise DatabaseError(f"{folder} holds no migrations: is the checkout complete?")
    return migrations


def _applied(connection: psycopg.Connection) -> dict[str, str]:
    """Name and checksum of what the database has had, in order."""
    known = connection.execute("SELECT to_regclass('newswire.migration')").fetchone()
    if known is None or known[0] is None:
        return {}
    return dict(connection.execute("SELECT name, checksum FROM newswire.migration ORDER BY name"))


def _pending(wanted: Sequence[Migration], applied: dict[str, str]) -> Sequence[Migration]:
    unknown = sorted(applied.keys() - {migration.name for migration in wanted})
    if unknown:
        raise DatabaseError(
            f"the database has had {', '.join(unknown)}, which this newswire does not know: "
            "it was migrated by a newer one; update this checkout"
        )
    for migration in wanted:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise DatabaseError(
                f"{migration.name} was edited after it had been applied: restore it, and put the "
                "change into a new migration"
            )
    pending = [migration for migration in wanted if migration.name not in applied]
    if pending and applied and pending[0].name < max(applied):
        raise DatabaseError(
            f"{pending[0].name} was not applied although {max(applied)} was: the table "
            "newswire.migration has lost rows; restore them"
        )
    return pending


@contextmanager
def _locked(
    connect: Callable[[], psycopg.Connection], notify: Callable[[str], None]
) -> Iterator[None]:
    """Holds the lock in a transaction of its own, which does nothing else.

    A lock of the session would stay with the server's connection behind a pooler.
    """
    began = time.monotonic()
    pause, told = 0.02, False
    # Closed without a commit: there is nothing to commit, and a connection that was lost while
    # the migrations went on must not fail them at their end.
    with closing(connect()) as connection:
        connection.autocommit = True
        # Binds values on this side: a query with its values apart would leave the server a portal,
        # and with it a snapshot, which CREATE INDEX CONCURRENTLY waits for.
        connection.cursor_factory = psycopg.ClientCursor
        while not _take_lock(connection):
            waited = time.monotonic() - began
            if waited > LOCK_SECONDS:
                raise DatabaseError(
                    "another process has been migrating the database for "
                    f"{LOCK_SECONDS:.0f} seconds: look for it in pg_stat_activity, then run this "
                    "again"
                )
            if waited > 2 and not told:
                told = True
                notify("waiting for another newswire that is migrating the database")
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)
        yield


def _take_lock(connection: psycopg.Connection) -> bool:
    """Whether the lock could be had; only then is a transaction left open, which holds it."""
    # At any higher level, which may be the default, it would keep its first snapshot.
    connection.execute(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0"
    )
    locked = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK]).fetchone()
    if locked == (True,):
        return True
    # Who waits occupies no connection behind a pooler, where the one at work needs two.
    connection.execute("ROLLBACK")
    return False


def _prepare(connection: psycopg.Connection) -> None:
    try:
        connection.execute("SET statement_timeout = 0")
        with connection.transaction():
            connection.execute("CREATE SCHEMA IF NOT EXISTS newswire")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS newswire.migration ("
                " name text PRIMARY KEY,"
                " checksum text NOT NULL,"
                " applied_at timestamptz NOT NULL DEFAULT now())"
            )
    except psycopg.Error as error:
        raise DatabaseError(
            f"the database cannot be prepared ({one_line(error)}): migrating needs a user that may "
            "create a schema in it, on a server that is not read-only"
        ) from error


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    statement = migration.text
    try:
        if migration.alone:
            _drop_unfinished_indexes(connection, migration.text)
            for statement in statements(migration.text):
                connection.execute(statement.encode())
            _record(connection, migration)
            return
        with connection.transaction():
            connection.execute(statement.encode())
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.INTRANS:
                raise DatabaseError(
                    f"{migration.name} ends its transaction itself: take out its COMMIT, and "
                    "restore the database if the rest of the file is not repeatable"
                )
            _record(connection, migration)
    except psycopg.Error as error:
        raise DatabaseError(
            f"{migration.name}{_line(error, migration.text, statement)} failed: {one_line(error)}"
        ) from error


def _record(connection: psycopg.Connection, migration: Migration) -> None:
    connection.execute(
        "INSERT INTO newswire.migration (name, checksum) VALUES (%s, %s)",
        [migration.name, migration.checksum],
    )


def _drop_unfinished_indexes(connection: psycopg.Connection, text: str) -> None:
    """An index whose concurrent build was broken off stays, invalid, and IF NOT EXISTS keeps it."""
    unfinished = connection.execute(
        "SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
        " WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relnamespace = 'newswire'::regnamespace"
    ).fetchall()
    for (name,) in unfinished:
        if re.search(rf"\b{re.escape(name)}\b", text):
            connection.execute(
                sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(
                    sql.Identifier("newswire", name)
                )
            )


def statements(text: str) -> Iterator[str]:
    """The statements of an SQL text, one at a time, without their semicolons."""
    statement = ""
    for token in TOKEN.finditer(text + ";"):
        if token[0] != ";":
            statement += token[0]
            continue
        if re.sub(r"--[^\n]*|/\*.*?\*/", "", statement, flags=re.DOTALL).strip():
            yield statement.strip()
        statement = ""


def _line(error: psycopg.Error, text: str, statement: str) -> str:
    """Where in the file the error stands, as ", line 12" or nothing."""
    if error.diag.statement_position is None:
        return ""
    before = text.find(statement) + int(error.diag.statement_position) - 1
    return f", line {text.count(chr(10), 0, before) + 1},"


def one_line(error: BaseException) -> str:
    """What an error says, on one line."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return " ".join(
            part for part in (error.diag.message_primary, error.diag.message_detail) if part
        )
    return " ".join(str(error).split())
