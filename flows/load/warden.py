"""Watch over the embedded server: start it, and stop it once nobody uses it.

The warden is a small process of its own, the server's parent, so that a client killed at any
moment leaves no server behind. Everybody who uses the server holds a shared lock on one file; the
operating system lets go of it however that process ends, and the warden looks once a second
whether anybody still holds it. Only the standard library is imported, so that the process stays
small and starts at once.

Three lock files say who is who: `clients.lock` is shared by everybody who uses the server,
`start.lock` is held by whoever starts or stops it, `warden.lock` by the warden while it lives.
"""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

USER = "newswire"
DATABASE = "newswire"
LOOK_SECONDS = 1.0  # how soon an abandoned server is noticed
STOP_SECONDS = 120.0  # a fast shutdown writes out what memory holds; then it is told to drop it
LOG_BYTES = 8 * 2**20
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, linux/prctl.h


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one embedded server, and what lies in it."""

    folder: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder: the cluster."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server and the warden had to say."""
        return self.folder / "log"

    @property
    def clients(self) -> Path:
        """Locked, shared, by everybody who uses the server."""
        return self.folder / "clients.lock"

    @property
    def start(self) -> Path:
        """Locked by whoever starts or stops the server."""
        return self.folder / "start.lock"

    @property
    def warden(self) -> Path:
        """Locked by the warden for as long as it lives."""
        return self.folder / "warden.lock"

    @property
    def hold(self) -> Path:
        """Present while the server is kept up for clients that hold no lease."""
        return self.folder / "hold"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server, as its postmaster.pid describes it."""

    pid: int
    socket: str  # the folder of its Unix socket; "" until it listens
    ready: bool


def open_beside(path: Path, flags: int) -> int:
    """Open, or create, one of our files, following no link; returns its descriptor.

    Where root works in another user's folder the file becomes that user's, who must be able to
    work there without root.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        if os.fstat(descriptor).st_uid != owner.st_uid:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """A descriptor that holds the lock until it is closed, or None if another holds it."""
    descriptor = open_beside(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the lock for a while if it can be had at once; says whether it was."""
    descriptor = try_lock(path)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def find_postmaster(place: Place) -> Postmaster | None:
    """The server that runs on this cluster, or None: a pid file alone proves nothing."""
    try:
        lines = (place.data / "postmaster.pid").read_text("utf-8", "surrogateescape").splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not is_server(pid, place.data):
        return None
    return Postmaster(pid, lines[4] if len(lines) > 4 else "", lines[7:] == ["ready   "])


def is_server(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL process of this cluster and not one that got its pid."""
    if sys.platform == "linux":
        try:
            program = Path(f"/proc/{pid}/exe").readlink().name
            return "postgres" in program and Path(f"/proc/{pid}/cwd").samefile(data)
        except OSError:  # gone, a zombie, or another user's and so not of this cluster
            return False
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in shown.stdout and "<defunct>" not in shown.stdout


def quit_orphans(data: Path) -> None:
    """Tell the processes that a killed server left behind to go, as it would have done itself.

    They hold the cluster's shared memory, and no new server starts before it is free. To be
    called only where no server runs. Where there is no /proc they are waited for instead.
    """
    for entry in Path("/proc").glob("[0-9]*"):
        if is_server(int(entry.name), data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(entry.name), signal.SIGQUIT)


def stop_server(place: Place) -> bool:
    """Shut the server down, breaking off its clients, and wait; False if it would not go.

    To be called with `start.lock` held, or where the server has to go whoever starts it.
    """
    for how, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0)):
        server = find_postmaster(place)
        if server is None:
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, how)
        give_up = time.monotonic() + patience
        while is_server(server.pid, place.data):
            if time.monotonic() > give_up:
                break
            time.sleep(0.01)
    return find_postmaster(place) is None


def await_end(place: Place) -> bool:
    """Wait until the warden, which ends with its server, has cleared up and gone.

    False if it stays: then a server has come up under it since.
    """
    give_up = time.monotonic() + 2 * LOOK_SECONDS
    while time.monotonic() < give_up:
        with locked(place.warden) as gone:
            if gone:
                return True
        time.sleep(0.01)
    return False


def stop_if_unused(place: Place, after: Callable[[Place], object] = lambda _place: None) -> bool:
    """Stop the server if nobody holds a lease and nothing holds it up; then do what comes `after`.

    False if that could not be looked into, because somebody is starting or stopping it just now.
    """
    with locked(place.start) as alone:
        if alone:
            with locked(place.clients) as unused:
                stop = unused and not place.hold.exists()
            if stop:
                stop_server(place)
                after(place)
        return alone


def write_hold(place: Place, seconds: float) -> None:
    """Keep the server up until no client has been connected for so many seconds."""
    fresh = place.hold.with_name("hold.new")
    descriptor = open_beside(fresh, os.O_WRONLY | os.O_TRUNC)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump({"until": time.time() + seconds, "seconds": seconds}, file)
    fresh.replace(place.hold)


class Hold:
    """The hold as the warden sees it: it looks for clients now and then, not at every turn."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._look_again = 0.0

    def expire(self) -> None:
        """Renew the hold while clients are connected; lift it when none came in its time."""
        try:
            hold = json.loads(self._place.hold.read_text("ascii"))
            until, seconds = float(hold["until"]), float(hold["seconds"])
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError):  # not written by us
            self._place.hold.unlink(missing_ok=True)
            return
        if time.time() < until and time.monotonic() < self._look_again:
            return
        self._look_again = time.monotonic() + min(30.0, seconds / 10)
        if self._clients_connected():
            write_hold(self._place, seconds)
        elif time.time() >= until:
            self._place.hold.unlink(missing_ok=True)

    def _clients_connected(self) -> bool:
        import psycopg  # 20 MB that a warden without a hold does not need

        server = find_postmaster(self._place)
        if server is None:
            return False
        try:
            with psycopg.connect(
                host=server.socket, user=USER, dbname="postgres", connect_timeout=5
            ) as connection:
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                ).fetchone()
        except psycopg.OperationalError:  # full of clients, or starting: not for us to stop
            return True
        return row is not None and row[0] > 0


def _die_with_parent() -> None:
    # After the change of user, which would clear it. SIGINT is PostgreSQL's fast shutdown.
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGINT)


def _start(order: dict[str, Any], log: int) -> "subprocess.Popen[bytes]":
    account = order["account"]
    drop: dict[str, Any] = (
        {"user": account[0], "group": account[1], "extra_groups": []} if account else {}
    )
    return subprocess.Popen(
        order["command"],
        env=order["environment"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        # The warden has one thread, so running code between fork and exec is safe here.
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        **drop,
    )


def _trim(log: Path) -> None:
    """Keep one former log; the server goes on writing at the end of the same, emptied file."""
    with contextlib.suppress(OSError):  # a log that cannot be trimmed is no reason to stop
        if log.stat().st_size > LOG_BYTES:
            shutil.copyfile(log, log.with_name("log.1"))
            os.truncate(log, 0)


def watch(order: dict[str, Any]) -> None:
    """Start or adopt the server, then stay until it has gone, and see to it that it goes."""
    place = Place(Path(order["folder"]))
    told_to_stop = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal told_to_stop
        told_to_stop = True

    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    server = None if order["adopt"] else _start(order, sys.stderr.fileno())
    hold = Hold(place)
    while server.poll() is None if server else is_server(order["adopt"], place.data):
        if select.select([wake], [], [], LOOK_SECONDS)[0]:
            os.read(wake, 512)
        _trim(place.log)
        if told_to_stop:
            place.hold.unlink(missing_ok=True)
            stop_server(place)
        else:
            hold.expire()
            stop_if_unused(place)
    if order["socket"]:
        shutil.rmtree(order["socket"], ignore_errors=True)


if __name__ == "__main__":
    watch(json.loads(sys.argv[1]))
