"""`newswire ingest` as a whole: the command, Prefect, the flow and the archive, in one process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from flows.load import server
from flows.load.database import Database
from flows.load.migrate import migrate
from tests.flow import accidents
from tests.flow.archived import contents, counts, states
from tests.flow.conftest import Newsroom

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def last_word(ended: "subprocess.CompletedProcess[str]") -> str:
    """The one line an error is told in; a traceback is a defect."""
    assert "Traceback" not in ended.stderr
    lines = [line for line in ended.stderr.splitlines() if line.startswith("newswire: ")]
    assert len(lines) == 1
    return lines[0]


@pytest.fixture
def wire(newsroom: Newsroom) -> Newsroom:
    """A source of three dispatches."""
    newsroom.source("wire")
    for number, headline in enumerate(("Mill closes", "Crane returns", "Choir wins again")):
        newsroom.text(f"wire/{number}.txt", headline)
    return newsroom


def test_a_run_prints_its_table_and_a_second_one_that_nothing_changed(
    prefect: str, archive: Database, wire: Newsroom
) -> None:
    first, second = run("ingest"), run("ingest", "--all", "--json")

    assert (first.returncode, second.returncode) == (0, 0)
    table = [line.split() for line in first.stdout.splitlines()]
    assert table[0][:7] == (
        ["source", "received", "added", "revised", "unchanged", "duplicates", "rejected"]
    )
    assert table[1][:7] == ["wire", "3", "3", "0", "0", "0", "0"]
    assert table[2][0] == "all"
    assert first.stdout.splitlines()[-1].startswith("Completed: 3 received, 3 added")
    printed = json.loads(second.stdout)
    assert printed["state"] == "Completed"
    assert printed["message"].startswith("nothing changed")
    assert [source["received"] for source in printed["sources"]] == [0]
    assert "no Prefect server runs here" not in first.stderr


def test_without_a_server_it_starts_one_for_the_run_and_leaves_none(
    archive: Database, wire: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))

    ended = run("ingest")

    assert ended.returncode == 0
    assert ended.stderr.startswith("no Prefect server runs here: one is started for this run")
    assert states(archive) == ["Completed"]
    assert _processes_naming(str(tmp_path)) == []


def _processes_naming(words: str) -> list[str]:
    """Command lines and environments of other processes, where the system shows them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if words.encode() in text and process.name != str(os.getpid()):
            found.append(text.decode(errors="replace"))
    return found


@contextmanager
def held_up(archive: Database) -> Iterator[None]:
    """The load is made to wait in its middle, for as long as the context lasts."""
    accidents.hold_up(archive)
    with archive.connect() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [accidents.LOCK])
        yield


def await_hold_up(archive: Database) -> None:
    give_up = time.monotonic() + 60
    while not accidents.waits(archive):
        assert time.monotonic() < give_up


def test_killed_in_the_middle_of_a_load_the_next_run_completes_it(
    prefect: str, archive: Database, wire: Newsroom
) -> None:
    with held_up(archive), start("ingest") as process:
        await_hold_up(archive)
        os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    accidents.avert(archive)
    assert contents(archive)["dispatch"] == []

    ended = run("ingest")

    assert ended.returncode == 0
    assert states(archive) == ["Crashed", "Completed"]
    assert counts(archive)["added"] == len(contents(archive)["dispatch"]) == 3
    assert len(contents(archive)["cursor"]) == 3


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_stopped_it_leaves_at_once_with_a_word(
    sent: signal.Signals, code: int, prefect: str, archive: Database, wire: Newsroom
) -> None:
    with held_up(archive), start("ingest") as process:
        await_hold_up(archive)
        os.killpg(process.pid, sent)
        _, said = process.communicate(timeout=30)

    assert process.returncode == code
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("newswire: stopped; ")
    assert states(archive) == ["Cancelled"]
    assert contents(archive)["dispatch"] == []


def test_ctrl_c_leaves_a_server_of_its_own_up_until_it_has_said_how_it_ended(
    archive: Database, wire: Newsroom
) -> None:
    with held_up(archive), start("ingest") as process:
        await_hold_up(archive)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "newswire: stopped; " in said
    assert "Unable to connect" not in said
    assert states(archive) == ["Cancelled"]


def test_bad_files_cost_themselves_only(prefect: str, archive: Database, wire: Newsroom) -> None:
    bad = {
        "empty.txt": (b"", "empty"),
        "binary.txt": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", "binary"),
        "huge.txt": (b"x" * (50 * 2**20), "too_long"),  # in one line
    }
    for name, (content, _) in bad.items():
        wire.write(f"wire/{name}", content)

    ended = run("ingest")

    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(contents(archive)["dispatch"]) == 3
    with archive.connect() as connection:
        rejected = connection.execute(
            "SELECT location, code, octet_length(body) FROM rejection JOIN document USING (sha256)"
        ).fetchall()
    assert {row[0]: row[1:] for row in rejected} == {
        name: (code, len(content)) for name, (content, code) in bad.items()
    }


def test_a_folder_that_does_not_exist_is_said(
    prefect: str, archive: Database, newsroom: Newsroom
) -> None:
    newsroom.source("gone")

    ended = run("ingest")

    assert ended.returncode == 1
    assert last_word(ended).endswith("; 1 of 1 sources failed")
    assert "no such file or folder: create it, or correct the location" in ended.stderr


@pytest.fixture
def small_disk(wide_folder: Path) -> Iterator[Path]:
    """A folder on a disk of its own, so small that a database just fits."""
    disk = wide_folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=110m,mode=0755", "newswire", str(disk)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no disk of its own can be made here: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        server.stop(disk / "home")
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_said_and_with_room_nothing_is_lost(
    prefect: str, newsroom: Newsroom, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.source("wire")
    for number in range(6):
        # What cannot be compressed, so that it takes its place.
        body = os.urandom(1_500_000).hex()
        newsroom.text(f"wire/{number}.txt", f"Number {number}", body)
    with server.embedded(small_disk / "home") as dsn:
        migrate(Database(dsn).connect)
        monkeypatch.setenv("NEWSWIRE_DATABASE_URL", dsn)
        full = run("ingest")
        with psycopg.connect(dsn) as connection:
            before = connection.execute("SELECT count(*) FROM newswire.cursor").fetchone()
        subprocess.run(["mount", "-o", "remount,size=2g", str(small_disk)], check=True)
        ended = run("ingest", "--all")

        assert full.returncode == 1
        assert "free some space on the disk" in last_word(full)
        assert before == (0,)
        assert ended.returncode == 0, ended.stderr
        assert len(contents(Database(dsn))["dispatch"]) == 6
