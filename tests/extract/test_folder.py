"""Folder sources: what is read, what is not, and what becomes of what cannot be."""

import gc
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.extract import folder
from flows.extract.folder import FolderLimits, walk
from flows.extract.listing import File, is_skipped
from flows.extract.paths import decode_name, folder_location
from flows.model import Cursor, Document, Failed, Fetched, Received, Source, Unmodified

LIMITS = FolderLimits(max_document_bytes=1000, settle_seconds=1.0)


@dataclass
class Walker:
    """Walks a folder again and again, keeping the cursors as the archive would."""

    location: str
    limits: FolderLimits = LIMITS
    later: timedelta = timedelta(hours=1)  # how long after the files were written
    while_waiting: Callable[[], object] = lambda: None
    cursors: dict[str, Cursor] = field(default_factory=dict)
    looked_up: list[int] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    @property
    def source(self) -> Source:
        return Source("desk", "folder", self.location)

    def walk(self, only: Path | None = None, apart: Iterable[Path] = ()) -> list[Fetched]:
        outcomes = list(
            walk(
                self.source,
                self.known,
                self.limits,
                clock=lambda: datetime.now(UTC) + self.later,
                wait=self.wait,
                only=only,
                apart=frozenset(apart),
            )
        )
        for outcome in outcomes:
            if not isinstance(outcome, Failed) and outcome.cursor is not None:
                self.cursors[outcome.cursor.location] = outcome.cursor
        return outcomes

    def known(self, locations: Sequence[str]) -> Mapping[str, Cursor]:
        self.looked_up.append(len(locations))
        return {each: self.cursors[each] for each in locations if each in self.cursors}

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.while_waiting()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    desk = tmp_path / "pupitre d'été"
    desk.mkdir()
    return desk


def write(below: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = below / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def walker(below: Path, glob: str = "") -> Walker:
    return Walker(folder_location(below / glob))


def bodies(outcomes: Iterable[Fetched]) -> dict[str, bytes]:
    received = (each for each in outcomes if isinstance(each, Received))
    return {each.document.location: each.document.body for each in received}


def failures(outcomes: Iterable[Fetched]) -> dict[str, str]:
    return {each.location: each.code for each in outcomes if isinstance(each, Failed)}


class TestReading:
    def test_receives_every_file_by_its_path_below_the_folder(self, desk: Path) -> None:
        write(desk, {"a.txt": "une", "sub/b.txt": "deux", "sub/deeper/c": "trois"})
        outcomes = walker(desk).walk()
        assert bodies(outcomes) == {
            "a.txt": b"une",
            "sub/b.txt": b"deux",
            "sub/deeper/c": b"trois",
        }
        assert len(outcomes) == 3

    def test_tells_what_a_file_is(self, desk: Path) -> None:
        write(desk, {"Une.XML": "<rss/>"})
        before = datetime.now(UTC)
        (outcome,) = walker(desk).walk()
        assert isinstance(outcome, Received)
        document = outcome.document
        assert (document.source, document.location) == ("desk", "Une.XML")
        assert (document.media_type, document.charset) == ("application/xml", None)
        assert document.sha256 == outcome.cursor.sha256 == Document.digest(b"<rss/>")
        assert document.received_at >= before + timedelta(hours=1)

    @pytest.mark.parametrize(
        "name",
        [
            ".hidden",
            ".git/config",
            "draft.txt~",
            "~$draft.doc",
            "#draft.txt#",
            "upload.tmp",
            "upload.TMP",
            "upload.part",
            "upload.crdownload",
            ".draft.txt.swp",
            "upload.filepart",
        ],
    )
    def test_passes_over_what_is_hidden_or_in_the_making(self, desk: Path, name: str) -> None:
        write(desk, {name: "not yet", "a.txt": "une"})
        assert bodies(walker(desk).walk()) == {"a.txt": b"une"}
        assert is_skipped(name.partition("/")[0])

    def test_reads_even_that_where_it_is_asked_for_by_name(self, desk: Path) -> None:
        write(desk, {".hidden": "anyway"})
        assert bodies(walker(desk).walk(only=desk / ".hidden")) == {".hidden": b"anyway"}

    @pytest.mark.parametrize(
        ("glob", "read"),
        [
            pytest.param("*/in/*.txt", {"x/in/a.txt", "y/in/b.txt"}, id="middle"),
            pytest.param("**/*.txt", {"x/in/a.txt", "x/out/c.txt", "y/in/b.txt"}, id="recursive"),
            pytest.param("*/in", {"x/in/a.txt", "x/in/a.xml", "y/in/b.txt"}, id="folders"),
            pytest.param("x/**/a.*", {"in/a.txt", "in/a.xml"}, id="below-its-fixed-part"),
            pytest.param("**", {"x/in/a.txt", "x/in/a.xml", "x/out/c.txt", "y/in/b.txt"}, id="all"),
            pytest.param("[xz]/in/?.txt", {"x/in/a.txt"}, id="classes"),
            pytest.param("*.txt", set(), id="none"),
        ],
    )
    def test_follows_a_glob(self, desk: Path, glob: str, read: set[str]) -> None:
        files = ("x/in/a.txt", "x/in/a.xml", "x/out/c.txt", "y/in/b.txt")
        write(desk, dict.fromkeys(files, "une"))
        assert bodies(walker(desk, glob).walk()).keys() == read

    def test_takes_a_folder_that_exists_for_what_it_is(self, desk: Path) -> None:
        write(desk, {"[2026]/a.txt": "une", "2/b.txt": "deux"})
        assert bodies(walker(desk, "[2026]").walk()) == {"a.txt": b"une"}

    def test_takes_a_single_file(self, desk: Path) -> None:
        write(desk, {"feed [1].xml": "une", "feed 1.xml": "autre"})
        assert bodies(walker(desk, "feed [1].xml").walk()) == {"feed [1].xml": b"une"}

    def test_stays_within_what_is_asked_for_and_out_of_what_is_not(self, desk: Path) -> None:
        write(desk, {"a/1.txt": "une", "a/b/2.txt": "deux", "c/3.txt": "trois"})
        assert bodies(walker(desk).walk(only=desk / "a")).keys() == {"a/1.txt", "a/b/2.txt"}
        assert bodies(walker(desk).walk(only=desk / "a/b/2.txt")).keys() == {"a/b/2.txt"}
        assert bodies(walker(desk).walk(apart=[desk / "a/b"])).keys() == {"a/1.txt", "c/3.txt"}

    @pytest.mark.parametrize(
        ("name", "location"),
        [
            pytest.param("d\u00e9p\u00eache.txt".encode(), "d\u00e9p\u00eache.txt", id="utf-8"),
            pytest.param(b"d\xe9p\xeache.txt", r"d\xe9p\xeache.txt", id="cp1252"),
            pytest.param(rb"d\xe9.txt", r"d\\xe9.txt", id="backslash"),
            pytest.param(b"two\nlines.txt", "two\nlines.txt", id="newline"),
        ],
    )
    @pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names are text here")
    def test_knows_a_file_of_any_name_by_a_storable_one(
        self, desk: Path, name: bytes, location: str
    ) -> None:
        path = os.path.join(os.fsencode(desk), name)  # noqa: PTH118 - a name of bytes
        Path(os.fsdecode(path)).write_bytes(b"une")
        desk_walker = walker(desk)
        (outcome,) = desk_walker.walk()
        assert isinstance(outcome, Received)
        assert outcome.document.location == location
        assert location.encode("utf-8")
        assert os.fsencode(desk / decode_name(location)) == path


class TestReadingAgain:
    def test_reads_nothing_that_has_not_changed_and_says_so_once(self, desk: Path) -> None:
        write(desk, {"a.txt": "une", "b.txt": "deux"})
        again = walker(desk)
        again.walk()
        (outcome,) = again.walk()
        assert isinstance(outcome, Unmodified)
        assert (outcome.location, outcome.outcome, outcome.documents) == (".", "unchanged", 2)
        assert outcome.cursor is None

    def test_reads_what_changed(self, desk: Path) -> None:
        write(desk, {"a.txt": "une", "b.txt": "deux"})
        again = walker(desk)
        again.walk()
        write(desk, {"b.txt": "deux bis"})
        received, unchanged = again.walk()
        assert bodies([received]) == {"b.txt": b"deux bis"}
        assert isinstance(unchanged, Unmodified)
        assert unchanged.documents == 1

    def test_moves_the_cursor_of_a_file_with_other_times_and_the_same_bytes(
        self, desk: Path
    ) -> None:
        write(desk, {"a.txt": "une"})
        again = walker(desk)
        again.walk()
        former = again.cursors["a.txt"]
        os.utime(desk / "a.txt", (1_700_000_000, 1_700_000_000))
        (outcome,) = again.walk()
        assert isinstance(outcome, Unmodified)
        assert (outcome.location, outcome.documents) == ("a.txt", 1)
        assert outcome.cursor is not None
        assert outcome.cursor.sha256 == former.sha256
        assert outcome.cursor.stamp != former.stamp
        (outcome,) = again.walk()
        assert isinstance(outcome, Unmodified)
        assert outcome.location == "."

    def test_trusts_no_times_of_a_file_that_was_written_a_moment_ago(self, desk: Path) -> None:
        write(desk, {"a.txt": "une"})
        again = walker(desk)
        again.limits = FolderLimits(max_document_bytes=1000, settle_seconds=0.0)
        again.later = timedelta()
        again.walk()
        assert again.cursors["a.txt"].stamp is None
        status = (desk / "a.txt").stat()
        write(desk, {"a.txt": "deu"})  # as long, and within one tick of a coarse clock
        os.utime(desk / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
        assert bodies(again.walk()) == {"a.txt": b"deu"}

    def test_trusts_them_later_without_another_outcome(self, desk: Path) -> None:
        write(desk, {"a.txt": "une"})
        again = walker(desk)
        again.later = timedelta()
        again.walk()
        again.later = timedelta(hours=1)
        (outcome,) = again.walk()
        assert isinstance(outcome, Unmodified)
        assert outcome.cursor is not None
        assert outcome.cursor.stamp is not None

    def test_of_an_empty_folder_still_says_something(self, desk: Path) -> None:
        (outcome,) = walker(desk).walk()
        assert isinstance(outcome, Unmodified)
        assert (outcome.location, outcome.documents) == (".", 0)


class TestAFileThatIsStillWritten:
    def test_is_read_after_one_wait_for_all(self, desk: Path) -> None:
        write(desk, {f"{number}.txt": "une" for number in range(20)})
        young = walker(desk)
        young.later = timedelta()
        assert len(bodies(young.walk())) == 20
        assert young.waited == [1.0]

    def test_costs_no_wait_where_nothing_is_young(self, desk: Path) -> None:
        write(desk, {"a.txt": "une"})
        old = walker(desk)
        old.walk()
        assert old.waited == []

    def test_is_left_to_the_next_run_while_its_neighbours_are_read(self, desk: Path) -> None:
        write(desk, {"a.txt": "une", "b.txt": "deu"})
        young = walker(desk)
        young.later = timedelta()
        young.while_waiting = lambda: write(desk, {"b.txt": "deux"})
        outcomes = young.walk()
        assert bodies(outcomes) == {"a.txt": b"une"}
        assert failures(outcomes) == {"b.txt": "still_written"}
        assert "next run" in next(each.message for each in outcomes if isinstance(each, Failed))
        young.while_waiting = lambda: None
        assert bodies(young.walk()) == {"b.txt": b"deux"}

    def test_may_be_gone_after_the_wait(self, desk: Path) -> None:
        write(desk, {"a.txt": "une"})
        young = walker(desk)
        young.later = timedelta()
        young.while_waiting = (desk / "a.txt").unlink
        assert failures(young.walk()) == {"a.txt": "vanished"}

    def test_is_not_taken_for_young_by_a_time_set_in_the_future(self, desk: Path) -> None:
        write(desk, {"a.txt": "une"})
        os.utime(desk / "a.txt", (4_000_000_000, 4_000_000_000))
        old = walker(desk)
        assert bodies(old.walk()) == {"a.txt": b"une"}
        assert old.waited == []


class TestWhatCannotBeRead:
    def test_is_a_folder_that_does_not_exist(self, desk: Path) -> None:
        (outcome,) = walker(desk, "gone").walk()
        assert isinstance(outcome, Failed)
        assert (outcome.location, outcome.code) == (".", "no_such_folder")
        assert str(desk / "gone") in outcome.message
        assert "create it" in outcome.message

    @pytest.mark.usefixtures("bound_by_permissions")
    def test_is_a_file_or_folder_without_permission(self, desk: Path) -> None:
        write(desk, {"a.txt": "une", "b.txt": "deux", "sub/c.txt": "trois", "z.txt": "six"})
        (desk / "b.txt").chmod(0)
        (desk / "sub").chmod(0)
        try:
            outcomes = walker(desk).walk()
        finally:
            (desk / "sub").chmod(0o700)
        assert bodies(outcomes) == {"a.txt": b"une", "z.txt": b"six"}
        assert failures(outcomes) == {"b.txt": "unreadable", "sub": "unreadable"}

    @pytest.mark.usefixtures("bound_by_permissions")
    def test_is_a_source_behind_a_closed_folder(self, desk: Path) -> None:
        write(desk, {"sub/in/a.txt": "une"})
        (desk / "sub").chmod(0)
        try:
            assert failures(walker(desk, "sub/in").walk()) == {".": "unreadable"}
        finally:
            (desk / "sub").chmod(0o700)

    @pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails")
    def test_is_a_file_whose_reading_fails(self, desk: Path) -> None:
        write(desk, {"a.txt": "une"})
        (desk / "b.txt").symlink_to("/proc/self/mem")  # address 0 is never mapped
        outcomes = walker(desk).walk()
        assert bodies(outcomes) == {"a.txt": b"une"}
        assert failures(outcomes) == {"b.txt": "unreadable"}

    def test_is_what_is_no_file(self, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(desk, {"a.txt": "une"})
        os.mkfifo(desk / "pipe.txt")
        (desk / "device.txt").symlink_to("/dev/zero")
        monkeypatch.chdir(desk)  # the name of a socket may not be long
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.txt")
            outcomes = walker(desk).walk()
        assert bodies(outcomes) == {"a.txt": b"une"}
        assert failures(outcomes) == dict.fromkeys(
            ("pipe.txt", "device.txt", "socket.txt"), "not_a_file"
        )

    def test_is_a_link_to_nothing_or_to_itself(self, desk: Path) -> None:
        write(desk, {"a.txt": "une"})
        (desk / "nothing.txt").symlink_to("gone.txt")
        (desk / "self.txt").symlink_to("self.txt")
        outcomes = walker(desk).walk()
        assert bodies(outcomes) == {"a.txt": b"une"}
        assert failures(outcomes) == dict.fromkeys(("nothing.txt", "self.txt"), "dangling_link")

    def test_is_a_file_that_is_too_large(self, desk: Path) -> None:
        write(desk, {"a.txt": "une", "exactly.txt": "z" * 1000})
        with (desk / "huge.txt").open("wb") as huge:
            huge.truncate(2**40)  # a hole: it could not be read into memory
        outcomes = walker(desk).walk()
        assert bodies(outcomes).keys() == {"a.txt", "exactly.txt"}
        assert failures(outcomes) == {"huge.txt": "too_large"}

    def test_is_told_on_one_line_with_the_path(self, desk: Path) -> None:
        (desk / "nothing.txt").symlink_to("gone.txt")
        (outcome,) = walker(desk).walk()
        assert isinstance(outcome, Failed)
        assert outcome.message.startswith(f"{desk / 'nothing.txt'}: ")


def test_a_folder_that_goes_in_the_middle_of_a_walk_fails_its_source(desk: Path) -> None:
    write(desk, {"1.txt": "one", "2.txt": "two"})
    here = walker(desk)
    met = walk(here.source, here.known, LIMITS, clock=lambda: datetime.now(UTC) + here.later)
    next(met)
    shutil.rmtree(desk)

    assert failures(met)["."] == "no_such_folder"


class TestLinks:
    def test_are_followed_where_they_lead_elsewhere(self, desk: Path, tmp_path: Path) -> None:
        write(tmp_path / "elsewhere", {"a.txt": "une"})
        (desk / "link").symlink_to(tmp_path / "elsewhere")
        (desk / "b.txt").symlink_to(tmp_path / "elsewhere/a.txt")
        assert bodies(walker(desk).walk()).keys() == {"link/a.txt", "b.txt"}

    def test_lead_to_no_folder_twice(self, desk: Path, tmp_path: Path) -> None:
        write(desk, {"real/a.txt": "une", "real/sub/b.txt": "deux"})
        write(tmp_path / "elsewhere", {"c.txt": "trois"})
        for name, target in {
            "aaa": desk / "real",
            "loop": desk,
            "real/sub/up": desk / "real",
            "out-1": tmp_path / "elsewhere",
            "out-2": tmp_path / "elsewhere",
        }.items():
            (desk / name).symlink_to(target)
        (tmp_path / "elsewhere/back").symlink_to(desk)
        assert bodies(walker(desk).walk()).keys() == {
            "real/a.txt",
            "real/sub/b.txt",
            "out-1/c.txt",
        }

    def test_that_a_glob_needs_are_followed(self, desk: Path) -> None:
        write(desk, {"v2/in/a.txt": "une"})
        (desk / "current").symlink_to("v2")
        assert bodies(walker(desk, "cur*/in/*.txt").walk()).keys() == {"current/in/a.txt"}


class TestALargeFolder:
    @pytest.fixture(autouse=True)
    def small_portions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(folder, "LOOKED_UP_TOGETHER", 50)
        monkeypatch.setattr(folder, "YOUNG_TOGETHER", 40)

    def test_is_looked_up_in_portions(self, desk: Path) -> None:
        write(desk, {f"{number}.txt": str(number) for number in range(120)})
        large = walker(desk)
        assert len(bodies(large.walk())) == 120
        assert large.looked_up == [50, 50, 20]

    def test_of_young_files_waits_for_many_at_a_time(self, desk: Path) -> None:
        write(desk, {f"{number}.txt": str(number) for number in range(120)})
        young = walker(desk)
        young.later = timedelta()
        assert len(bodies(young.walk())) == 120
        assert young.waited == [1.0] * 3

    def test_is_never_held_whole(self, desk: Path) -> None:
        write(desk, {f"{number}.txt": "une" for number in range(500)})
        held: list[int] = []

        def known(locations: Sequence[str]) -> Mapping[str, Cursor]:
            held.append(sum(isinstance(each, File) for each in gc.get_objects()))
            return {}

        source = walker(desk).source
        later = timedelta(hours=1)
        for _ in walk(source, known, LIMITS, clock=lambda: datetime.now(UTC) + later):
            pass
        assert len(held) == 10
        assert 50 <= max(held) <= 2 * 50 + 1
