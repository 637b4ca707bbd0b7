"""Run PostgreSQL without being asked to: one embedded server for every process that uses a home.

The first to come starts it, the last to leave stops it, and its warden stops it where the last
one was killed. Nothing listens on the network: clients reach it over a socket in a folder that
only its user can enter, which is why it can trust whoever connects.
"""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from flows.errors import ConfigurationError, DatabaseError
from flows.load import cluster, warden
from flows.load.binaries import find_binaries
from flows.load.cluster import Notify
from flows.load.warden import DATABASE, USER, Place

START_SECONDS = 900.0  # recovering from a crash reads up to max_wal_size: minutes on slow disks
SLOW_SECONDS = 3.0  # after so long the user is told what is waited for
ORPHAN_SECONDS = 60.0  # how long processes of a killed server may take to go
HOLD_SECONDS = 600.0

ADVICE = (
    ("No space left on device", "free some space on its disk, then run it again"),
    ("Disk quota exceeded", "free some space on its disk, then run it again"),
    ("could not map anonymous shared memory", "lower shared_buffers in its postgresql.conf"),
    ("contains errors", "correct its postgresql.conf"),
    ("invalid value for parameter", "correct its postgresql.conf"),
)

# The database is being made (template in use, name taken), or the server is being stopped.
PASSING = frozenset({"55006", "23505", "42P04", "57P01", "57P02", "57P03"})

_log = logging.getLogger(__name__)


@contextmanager
def embedded(
    home: Path, postgres_bin: Path | None = None, notify: Notify = _log.info
) -> Iterator[str]:
    """The embedded server of `home`, started where it does not run; yields a connection URL.

    Raises ConfigurationError or DatabaseError, saying what to do.
    """
    lease = Lease(home, postgres_bin, notify)
    try:
        yield lease.start()
    finally:
        lease.close()


class Lease:
    """One process's use of the embedded server; as long as it is not closed, the server stays."""

    def __init__(
        self, home: Path, postgres_bin: Path | None = None, notify: Notify = _log.info
    ) -> None:
        if sys.platform == "win32":
            raise ConfigurationError(
                "the embedded PostgreSQL runs on Linux and macOS: set NEWSWIRE_DATABASE_URL to a "
                "server of your own"
            )
        self._home = home
        self._postgres_bin = postgres_bin
        self._notify = notify
        self._place: Place | None = None
        self._client: int | None = None
        self._one_at_a_time = threading.Lock()

    def start(self) -> str:
        """Make sure that the server runs, also after it was killed; returns a connection URL."""
        with self._one_at_a_time:
            place = cluster.make_place(self._home, self._notify)
            self._place = place
            try:
                with _starting(place, self._notify):
                    if self._client is None:
                        self._client = warden.try_lock(place.clients, shared=True)
                    return self._run(place)
            except OSError as error:
                raise DatabaseError(
                    f"{error.filename or place.folder}: {error.strerror}: give the embedded "
                    "server's folder space, and to the user who runs newswire"
                ) from error

    def close(self) -> None:
        """Leave; the last one out stops the server and waits until it is down."""
        if self._client is None or self._place is None:
            return
        os.close(self._client)
        self._client = None
        # Somebody else may be starting or leaving at this very moment: one of us will stop it,
        # or the warden will.
        give_up = time.monotonic() + 0.5
        while not warden.stop_if_unused(self._place, warden.await_end):
            if time.monotonic() > give_up:
                return
            time.sleep(0.02)

    def _run(self, place: Place) -> str:
        give_up = time.monotonic() + ORPHAN_SECONDS
        while True:
            begin = place.log.stat().st_size if place.log.exists() else 0
            started = False
            guard = warden.try_lock(place.warden)
            if guard is not None:
                try:
                    started = self._spawn(place, guard)
                finally:
                    os.close(guard)  # the warden has inherited it and goes on holding it
            socket = _await(place, self._notify)
            if socket is not None:
                if not _make_database(socket) and time.monotonic() < give_up:
                    time.sleep(0.05)
                    continue
                return f"postgresql://{USER}@/{DATABASE}?host={quote(socket, safe='/')}"
            if not started:  # the server that was there has just left
                continue
            problem = _last_words(place, begin)
            if "shared memory block" not in problem or time.monotonic() > give_up:
                advice = next((do for said, do in ADVICE if said in problem), "see the log")
                raise DatabaseError(
                    f"the embedded PostgreSQL does not start ({problem}): {advice} "
                    f"(cluster {place.data}, log {place.log})"
                )
            warden.quit_orphans(place.data)
            time.sleep(0.2)

    def _spawn(self, place: Place, guard: int) -> bool:
        """Start a warden, and the server under it unless one runs that lost its warden.

        Returns whether a server was started.
        """
        running = warden.find_postmaster(place)
        order: dict[str, Any] = {
            "folder": str(place.folder),
            "adopt": running.pid if running else None,
            "account": None,
            "command": [],
            "socket": None,
            "environment": cluster.ENVIRONMENT,
        }
        if running is None:
            account = cluster.account_for(place.data)
            binaries = cluster.usable_binaries(
                find_binaries(self._postgres_bin, cluster.cluster_major(place)), place, account
            )
            if not place.data.exists():
                self._notify(f"making a PostgreSQL {binaries.major} database in {place.data}")
            cluster.initialise(place, binaries, account)
            _clear(place)
            order["account"] = [account.uid, account.gid] if account.drop else None
            socket = cluster.socket_folder(place, account)
            order["socket"] = str(socket)
            order["command"] = [
                *(str(binaries.postgres), "-D", str(place.data)),
                *("-c", "listen_addresses="),
                *("-c", f'unix_socket_directories="{socket}"'),
                *("-c", "unix_socket_permissions=0700", "-c", "port=5432"),
                *("-c", "logging_collector=off", "-c", "log_destination=stderr"),
            ]
        log = warden.open_beside(place.log, os.O_WRONLY | os.O_APPEND)
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", warden.__file__, json.dumps(order)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                pass_fds=[guard],
            )
        finally:
            os.close(log)
        # Whoever is still here when the warden ends takes its exit code, or it stays a zombie.
        threading.Thread(target=process.wait, name="warden", daemon=True).start()
        return running is None


def hold(home: Path, seconds: float = HOLD_SECONDS) -> None:
    """Keep the running server up, without a lease, until no client was connected for `seconds`."""
    warden.write_hold(cluster.place_of(home), seconds)


def stop(home: Path) -> None:
    """Stop home's server, whoever uses it; does nothing where none runs."""
    place = cluster.place_of(home)
    if not place.folder.is_dir():
        return
    with _starting(place, _log.info):
        place.hold.unlink(missing_ok=True)
        # A server whose starter was killed may come up only after it was looked for.
        while warden.stop_server(place):
            if warden.await_end(place):
                return
        raise DatabaseError(f"the server of {place.data} does not stop: see {place.log}")


@contextmanager
def _starting(place: Place, notify: Notify) -> Iterator[None]:
    """Be the only one that starts or stops the server."""
    began = time.monotonic()
    told = False
    while (lock := warden.try_lock(place.start)) is None:
        waited = time.monotonic() - began
        if waited > SLOW_SECONDS and not told:
            told = True
            notify("waiting for another newswire that is starting or stopping the database")
        if waited > START_SECONDS:
            raise DatabaseError(
                f"another process has been starting the server of {place.folder} for "
                f"{START_SECONDS:.0f} seconds: look for it, and see {place.log}"
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        os.close(lock)


def _clear(place: Place) -> None:
    """Remove what a killed server left and a new one would stumble over.

    PostgreSQL sees for itself that the process of a pid file is gone, but not that its number now
    belongs to another one of the same user. That no server runs is known here.
    """
    warden.quit_orphans(place.data)
    (place.data / "postmaster.pid").unlink(missing_ok=True)


def _await(place: Place, notify: Notify) -> str | None:
    """Wait until the server answers and return its socket's folder; None if its warden left."""
    began = time.monotonic()
    pause = 0.005
    told = False
    while True:
        server = warden.find_postmaster(place)
        if server is not None and server.socket and _answers(server.socket):
            return server.socket
        with warden.locked(place.warden) as abandoned:
            if abandoned:
                return None
        waited = time.monotonic() - began
        if waited > SLOW_SECONDS and not told:
            told = True
            notify("waiting for PostgreSQL to start; after a crash it first repairs itself")
        if waited > START_SECONDS:
            raise DatabaseError(
                f"PostgreSQL has not come up in {START_SECONDS:.0f} seconds: see {place.log}; if "
                "it is still recovering, run it again later"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def _answers(socket: str) -> bool:
    asked = f"host='{socket}' dbname=postgres user={USER} connect_timeout=5"
    return psycopg.pq.PGconn.ping(asked.encode()) == psycopg.pq.Ping.OK


def _make_database(socket: str) -> bool:
    """Make the database if it is not there: the starter may have been killed before this.

    False where that has to be tried again, because what the killed starter asked for is still
    being done, or the server is just being stopped.
    """
    try:
        with psycopg.connect(
            host=socket, user=USER, dbname="postgres", autocommit=True, connect_timeout=10
        ) as connection:
            known = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate in PASSING:
            return False
        said = " ".join(str(error).split())
        advice = next((do for words, do in ADVICE if words in said), "see the server's log")
        raise DatabaseError(f"the embedded PostgreSQL is not usable ({said}): {advice}") from error
    return True


def _last_words(place: Place, begin: int) -> str:
    """Why the server ended, from its log after byte `begin`.

    The last line is often only a consequence ("checkpoint request failed"): a line that ADVICE
    knows comes before it.
    """
    with place.log.open("rb") as file:
        file.seek(begin)
        lines = [line for line in file.read().decode("utf-8", "replace").splitlines() if line]
    said = [found[0] for line in lines if (found := re.search(r"[A-Z]+: .*", line))]
    known = [line for line in said if any(words in line for words, _ in ADVICE)]
    fatal = [line for line in said if line.startswith(("FATAL", "PANIC"))]
    return (known or fatal or lines or ["it said nothing"])[-1]
