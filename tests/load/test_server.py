"""The embedded server: there while it is used, gone when it is not, whole whatever was killed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from flows.errors import ConfigurationError, DatabaseError
from flows.load import cluster, server, warden
from flows.load.binaries import find_binaries
from flows.load.database import transient
from flows.load.server import Lease, embedded, hold
from flows.load.warden import Place

PROJECT = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root can act as several users")

CLIENT = """
import pathlib, sys
from flows.load.server import embedded
with embedded(pathlib.Path(sys.argv[1])) as dsn:
    print(dsn, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One home for the tests that leave it as they found it: making a cluster takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="newswire-test-"))
    folder.chmod(0o711)
    with embedded(folder / "home") as dsn, psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE story (headline text)")
    yield folder / "home"
    server.stop(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture
def stories(home: Path) -> Iterator[Path]:
    """That home, its server down and its table empty."""
    with embedded(home) as dsn, psycopg.connect(dsn) as connection:
        connection.execute("TRUNCATE story")
    yield home
    server.stop(home)


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def place(home: Path) -> Place:
    return cluster.place_of(home)


def runs(home: Path) -> bool:
    return warden.find_postmaster(place(home)) is not None


def pid_of(home: Path) -> int:
    running = warden.find_postmaster(place(home))
    assert running is not None
    return running.pid


def has_warden(home: Path) -> bool:
    with warden.locked(place(home).warden) as abandoned:
        return not abandoned


def found(folder: Path, pattern: str) -> bool:
    return any(folder.glob(pattern))


def headlines(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute("SELECT headline FROM story ORDER BY 1")]


def client(
    home: Path, python: str = sys.executable, user: int | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python, "-c", CLIENT, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path[1:]])},
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def test_processes_share_one_server_and_the_last_stops_it(wide_folder: Path) -> None:
    clients = [client(wide_folder / "home") for _ in range(3)]
    addresses = {process.stdout.readline().strip() for process in clients if process.stdout}
    pid = pid_of(wide_folder / "home")

    assert len(addresses) == 1
    for process in clients[:-1]:
        leave(process)
        assert pid_of(wide_folder / "home") == pid
    leave(clients[-1])
    assert not runs(wide_folder / "home")


def test_a_killed_client_leaves_no_server_behind(stories: Path) -> None:
    process = client(stories)
    assert process.stdout is not None
    process.stdout.readline()
    assert runs(stories)

    process.kill()
    process.communicate()

    assert eventually(lambda: not runs(stories) and not has_warden(stories))


def test_a_starter_killed_at_any_moment_leaves_what_the_next_can_go_on_from(
    wide_folder: Path,
) -> None:
    home = wide_folder / "home"
    for reached in ("data.new-*", "data", "data/postmaster.pid", "socket/.s.PGSQL.5432"):
        process = client(home)
        assert eventually(partial(found, place(home).folder, reached))
        process.kill()
        process.communicate()

    with embedded(home) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("newswire",)

    assert not runs(home)
    assert not list(place(home).folder.glob("data.new-*"))


def test_a_killed_server_comes_back_with_what_was_committed(stories: Path) -> None:
    lease = Lease(stories)
    try:
        dsn = lease.start()
        with psycopg.connect(dsn) as connection:
            connection.execute("INSERT INTO story VALUES ('Ferry resumes crossings')")
        broken_off = psycopg.connect(dsn)
        broken_off.execute("INSERT INTO story VALUES ('Ferry delayed')")

        os.kill(pid_of(stories), signal.SIGKILL)
        again = lease.start()

        assert headlines(again) == ["Ferry resumes crossings"]
        with pytest.raises(psycopg.OperationalError):
            broken_off.commit()
    finally:
        lease.close()
    assert not runs(stories)


def test_a_server_killed_with_its_clients_comes_back_at_the_next_start(stories: Path) -> None:
    process = client(stories)
    assert process.stdout is not None
    dsn = process.stdout.readline().strip()
    with psycopg.connect(dsn) as connection:
        connection.execute("INSERT INTO story VALUES ('Harbour reopens')")

    os.kill(pid_of(stories), signal.SIGKILL)
    process.kill()
    process.communicate()

    with embedded(stories) as dsn:
        assert headlines(dsn) == ["Harbour reopens"]


def test_processes_that_outlive_a_killed_server_are_waited_out(stories: Path) -> None:
    with embedded(stories) as dsn:
        busy = psycopg.connect(dsn, autocommit=True)
        # A backend that is busy does not notice that its postmaster is gone.
        busy.pgconn.send_query(b"DO $$ BEGIN FOR i IN 1..2000000000 LOOP NULL; END LOOP; END $$")
        os.kill(pid_of(stories), signal.SIGKILL)

        with embedded(stories) as again:
            assert headlines(again) == []
        busy.close()


def test_a_pid_file_whose_number_another_process_got_is_no_obstacle(stories: Path) -> None:
    owner = place(stories).data.stat().st_uid
    other = subprocess.Popen(["sleep", "60"], user=owner if ROOT else None)
    pid_file = place(stories).data / "postmaster.pid"
    pid_file.write_text(f"{other.pid}\n{place(stories).data}\n1700000000\n5432\n/tmp\n\n  0  0\n")
    try:
        with embedded(stories) as dsn:
            assert headlines(dsn) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_server_whose_warden_is_killed_does_not_stay(stories: Path) -> None:
    with embedded(stories):
        status = Path(f"/proc/{pid_of(stories)}/status").read_text()
        parent = re.search(r"^PPid:\s+(\d+)$", status, re.MULTILINE)
        assert parent is not None

        os.kill(int(parent[1]), signal.SIGKILL)

        assert eventually(lambda: not runs(stories))
        with embedded(stories) as dsn:
            assert headlines(dsn) == []


def test_a_server_without_a_warden_gets_one(stories: Path) -> None:
    account = cluster.account_for(place(stories).data)
    socket = cluster.socket_folder(place(stories), account)
    orphan = subprocess.Popen(
        [find_binaries().postgres, "-D", place(stories).data, "-k", socket, "-h", ""],
        env=cluster.ENVIRONMENT,
        cwd="/",
        stderr=subprocess.DEVNULL,
        user=account.uid if account.drop else None,
        extra_groups=[] if account.drop else None,
    )
    assert eventually(lambda: runs(stories))

    with embedded(stories):
        assert pid_of(stories) == orphan.pid
        assert has_warden(stories)

    assert orphan.wait(timeout=20) == 0


def test_a_hold_keeps_it_up_for_as_long_as_clients_are_connected(stories: Path) -> None:
    with embedded(stories) as dsn:
        hold(stories, seconds=1.0)
    with psycopg.connect(dsn) as outsider:
        deadline = time.time() + 2.5
        while time.time() < deadline:
            outsider.execute("SELECT pg_sleep(0.1)")

    assert eventually(lambda: not runs(stories))
    assert not place(stories).hold.exists()


def test_stop_breaks_off_whoever_is_connected(stories: Path) -> None:
    with embedded(stories) as dsn, psycopg.connect(dsn) as connection:
        server.stop(stories)

        assert not runs(stories)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_what_kept_it_from_starting_is_quoted(stories: Path) -> None:
    settings = place(stories).data / "postgresql.conf"
    sound = settings.read_bytes()
    settings.write_bytes(sound + b"\nshared_buffers = plenty\n")
    try:
        with (
            pytest.raises(DatabaseError, match=r"FATAL: .*postgresql\.conf.*: correct") as error,
            embedded(stories),
        ):
            pass
        assert "\n" not in str(error.value)
    finally:
        settings.write_bytes(sound)

    with embedded(stories) as dsn:
        assert headlines(dsn) == []


@as_root
@pytest.mark.skipif(sys.platform != "linux", reason="needs a tmpfs")
def test_a_full_disk_is_named_and_nothing_is_lost(wide_folder: Path) -> None:
    disk = wide_folder / "disk"
    disk.mkdir()
    size = "size=160m,mode=0711"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.decode().strip()}")
    home = disk / "home"
    try:
        with embedded(home) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE story AS SELECT 'Harbour reopens' AS headline")
            fill(disk / "filler")
            with pytest.raises(psycopg.errors.DiskFull) as full:
                connection.execute(
                    "INSERT INTO story SELECT repeat('x', 1000) FROM generate_series(1, 30000)"
                )
            assert not transient(full.value)

        with (
            pytest.raises(DatabaseError, match=r"No space left on device.*: free some") as error,
            embedded(home),
        ):
            pass
        assert "\n" not in str(error.value)

        (disk / "filler").unlink()
        with embedded(home) as dsn:
            assert headlines(dsn) == ["Harbour reopens"]
    finally:
        server.stop(home)
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(2**16)):
                pass
        except OSError as error:
            assert error.strerror == "No space left on device"


def test_where_there_is_no_flock_another_server_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    with pytest.raises(ConfigurationError, match="NEWSWIRE_DATABASE_URL"):
        Lease(tmp_path)
