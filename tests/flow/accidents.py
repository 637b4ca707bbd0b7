"""Accidents that PostgreSQL itself brings about, at a statement of our choice, real and repeatable.

Each is a trigger that acts as a run is about to write revisions: in the middle of a load.
"""

from pathlib import Path

from psycopg import sql

from flows.load.database import Database

LOCK = 4711


def _arrange(database: Database, action: str) -> None:
    body = f"BEGIN PERFORM nextval('public.attempts'); {action} RETURN NULL; END"
    with database.connect() as connection:
        connection.execute("CREATE SEQUENCE public.attempts")
        connection.execute(
            sql.SQL(
                "CREATE FUNCTION public.accident() RETURNS trigger LANGUAGE plpgsql AS {}"
            ).format(sql.Literal(body))
        )
        connection.execute(
            "CREATE TRIGGER accident BEFORE INSERT ON newswire.revision"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.accident()"
        )


def attempts(database: Database) -> int:
    """How often a run has come to that point."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.attempts"
        ).fetchone()
        return int(row[0]) if row else 0


def avert(database: Database) -> None:
    """No more accidents."""
    with database.connect() as connection:
        connection.execute("DROP TRIGGER accident ON newswire.revision")


def cut_connection(database: Database, times: int = 1) -> None:
    """The server ends the connection, as an administrator would, the first few times."""
    # A sequence is not rolled back: it remembers what the transaction forgets.
    _arrange(
        database,
        f"IF currval('public.attempts') <= {times} THEN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); END IF;",
    )


def refuse(database: Database, sqlstate: str, message: str) -> None:
    """The server refuses, whenever it is asked."""
    _arrange(database, f"RAISE '{message}' USING ERRCODE = '{sqlstate}';")


def hold_up(database: Database) -> None:
    """The server waits for whoever holds the advisory lock LOCK."""
    _arrange(database, f"PERFORM pg_advisory_xact_lock({LOCK});")


def waits(database: Database) -> bool:
    """Whether a run is being held up."""
    waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    with database.connect() as connection:
        return connection.execute(waiting, [LOCK]).fetchone() is not None


def kill_server(database: Database, once: Path) -> None:
    """The server is killed with -9, the first time; the folder `once` remembers that it was."""
    # The shell's parent is the backend, which would otherwise outlive its server for a while.
    command = f"mkdir {once} 2>/dev/null && kill -9 $(head -n 1 postmaster.pid) $PPID || true"
    _arrange(database, f"COPY (SELECT 1) TO PROGRAM '{command}';")
