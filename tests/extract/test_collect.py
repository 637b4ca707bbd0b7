"""Everything a set of sources holds, in portions; one that fails stands beside the healthy ones."""

import os
from collections.abc import Collection, Generator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from flows.extract.collect import Portion, Task, collect
from flows.extract.paths import Selection
from flows.model import Cursor, Failed, Finished, Received, Source, Unmodified
from flows.settings import Settings
from tests.extract.server import Server, answer
from tests.records import document, received

LONG_AGO = 1_700_000_000  # so that no file may still be being written


def settings(**chosen: Any) -> Settings:
    return Settings.model_validate({"http_total_seconds": 5, **chosen})


def nothing_known(source: str, locations: Collection[str]) -> Mapping[str, Cursor]:
    return {}


def folder(path: Path, files: Mapping[str, str], **fields: Any) -> Source:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text)
        os.utime(path / name, (LONG_AGO, LONG_AGO))
    return Source(**{"name": path.name, "kind": "folder", "location": str(path), **fields})


def feed(name: str, url: str) -> Source:
    return Source(name=name, kind="http", location=url)


def portions(*sources: Source, lookup: Any = nothing_known, **chosen: Any) -> list[Portion]:
    tasks = [Task(Selection(source)) for source in sources]
    return list(collect(tasks, lookup, settings(**chosen)))


def bodies(found: Collection[Portion]) -> list[bytes]:
    return sorted(one.body for portion in found for one in portion.documents)


TEN = {f"{number}.txt": f"dispatch {number}" for number in range(10)}


class TestPortions:
    def test_of_nothing_are_none(self) -> None:
        assert portions() == []

    def test_hold_everything_where_it_is_little(self, tmp_path: Path) -> None:
        [portion] = portions(folder(tmp_path / "wire", TEN))

        assert bodies([portion]) == sorted(text.encode() for text in TEN.values())
        assert portion.finished == [Finished("wire")]

    @pytest.mark.parametrize(
        ("most", "sizes"),
        [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10]), (11, [10])],
        ids=str,
    )
    def test_are_limited_by_number(self, tmp_path: Path, most: int, sizes: list[int]) -> None:
        found = portions(folder(tmp_path / "wire", TEN), batch_documents=most)

        assert [len(one.fetched) for one in found if one.fetched] == sizes
        assert bodies(found) == sorted(text.encode() for text in TEN.values())

    def test_are_limited_by_bytes(self, tmp_path: Path) -> None:
        found = portions(folder(tmp_path / "wire", dict.fromkeys(TEN, "x" * 100)), batch_bytes=250)

        assert [len(one.fetched) for one in found if one.fetched] == [3, 3, 3, 1]
        assert all(one.size == 100 * len(one.fetched) for one in found)

    def test_are_never_empty(self, tmp_path: Path) -> None:
        for most in (1, 2, 5, 10):
            for one in portions(folder(tmp_path / "wire", TEN), batch_documents=most):
                assert one.fetched or one.finished

    def test_say_once_that_a_source_is_finished_and_not_before_its_last_document(
        self, tmp_path: Path
    ) -> None:
        sources = [folder(tmp_path / name, TEN) for name in ("a", "b", "c")]

        found = portions(*sources, batch_documents=4)

        said = [one.source for portion in found for one in portion.finished]
        assert sorted(said) == ["a", "b", "c"]
        for source in said:
            end = next(
                place
                for place, portion in enumerate(found)
                if any(one.source == source for one in portion.finished)
            )
            assert not any(
                isinstance(one, Received) and one.document.source == source
                for portion in found[end + 1 :]
                for one in portion.fetched
            )

    def test_read_what_the_archive_holds_beside_what_was_fetched(self) -> None:
        one, other = document("one"), document("other")
        portion = Portion(fetched=[received(one)], reread=[other])

        assert portion.documents == [one, other]


class TestWhatIsKnown:
    def test_is_asked_for_by_source_and_not_received_again(self, tmp_path: Path) -> None:
        source = folder(tmp_path / "wire", TEN)
        known = {
            ("wire", one.cursor.location): one.cursor
            for portion in portions(source)
            for one in portion.fetched
            if isinstance(one, Received)
        }
        (tmp_path / "wire" / "3.txt").write_text("changed, and of another length")
        os.utime(tmp_path / "wire" / "3.txt", (LONG_AGO, LONG_AGO))

        def lookup(name: str, locations: Collection[str]) -> Mapping[str, Cursor]:
            return {place: known[name, place] for place in locations if (name, place) in known}

        [portion] = portions(source, lookup=lookup, settle_seconds=0)

        assert bodies([portion]) == [b"changed, and of another length"]

    def test_of_a_feed_is_asked_for_by_its_address_without_secrets(self, server: Server) -> None:
        asked: list[tuple[str, tuple[str, ...]]] = []

        def lookup(name: str, locations: Collection[str]) -> Mapping[str, Cursor]:
            asked.append((name, tuple(locations)))
            return {}

        url = server.on("/feed?token=hush", answer(b"<rss/>"))
        portions(feed("agency", url), lookup=lookup)

        assert asked == [("agency", (server.url("/feed?token=***"),))]


class TestFaults:
    def test_of_one_source_leave_the_others_alone(self, tmp_path: Path, server: Server) -> None:
        healthy = feed("healthy", server.on("/healthy", answer(b"<rss/>")))
        gone = feed("gone", server.on("/gone", answer(status="410 Gone")))
        wrong = feed("wrong", "ftp://wire.example/")
        missing = Source(name="missing", kind="folder", location=str(tmp_path / "missing"))
        wire = folder(tmp_path / "wire", TEN)

        found = portions(gone, missing, healthy, wrong, wire, batch_documents=3)

        ended = {one.source: one.error for portion in found for one in portion.finished}
        assert {name: error and error.partition(":")[0] for name, error in ended.items()} == {
            "gone": "gone",
            "missing": "no_such_folder",
            "healthy": None,
            "wrong": "bad_url",
            "wire": None,
        }
        assert len(bodies(found)) == 11

    def test_of_one_file_do_not_fail_its_source(self, tmp_path: Path) -> None:
        source = folder(tmp_path / "wire", TEN)
        (tmp_path / "wire" / "dangling.txt").symlink_to(tmp_path / "nowhere")

        [portion] = portions(source)

        assert [one.code for one in portion.fetched if isinstance(one, Failed)] == ["dangling_link"]
        assert portion.finished == [Finished("wire")]
        assert len(portion.documents) == 10


def test_a_feed_that_has_not_changed_is_finished_too(server: Server) -> None:
    body = b"<rss/>"
    url = server.on("/feed", answer(body, 'ETag: "1"'), answer(status="304 Not Modified"))
    [first] = portions(feed("agency", url))
    [one] = [one for one in first.fetched if isinstance(one, Received)]

    [again] = portions(feed("agency", url), lookup=lambda *_: {one.cursor.location: one.cursor})

    assert [type(each) for each in again.fetched] == [Unmodified]
    assert again.finished == [Finished("agency")]


def test_part_of_a_source_can_be_asked_for(tmp_path: Path) -> None:
    wire = folder(tmp_path / "wire", TEN)
    inner = folder(tmp_path / "wire" / "inner", {"a.txt": "inner"})
    apart = folder(tmp_path / "wire" / "apart", {"b.txt": "apart"})

    def collected(task: Task) -> list[bytes]:
        return bodies(list(collect([task], nothing_known, settings())))

    assert collected(Task(Selection(wire, Path(inner.location)))) == [b"inner"]
    assert collected(Task(Selection(wire, tmp_path / "wire" / "3.txt"))) == [b"dispatch 3"]
    assert b"apart" not in collected(Task(Selection(wire), frozenset({Path(apart.location)})))


def test_a_part_of_a_source_does_not_finish_it(tmp_path: Path) -> None:
    source = folder(tmp_path / "wire", TEN)
    task = Task(Selection(source, only=tmp_path / "wire" / "3.txt"))

    [portion] = collect([task], nothing_known, settings())

    assert bodies([portion]) == [b"dispatch 3"]
    assert portion.finished == []


def test_feeds_that_nobody_asks_for_any_more_are_not_fetched(server: Server) -> None:
    feeds = [feed(f"agency {n}", server.on(f"/{n}", answer(b"<rss/>%d" % n))) for n in range(40)]
    tasks = [Task(Selection(source)) for source in feeds]
    found = collect(tasks, nothing_known, settings(http_connections=1, batch_documents=1))

    next(found)
    cast(Generator[Portion, None, None], found).close()

    assert len(server.asked) < 8


def test_every_feed_is_fetched_once_however_many_there_are(server: Server) -> None:
    feeds = [
        feed(f"agency {number}", server.on(f"/{number}", answer(b"<rss/>%d" % number)))
        for number in range(11)
    ]

    found = portions(*feeds, http_connections=1)

    assert len(bodies(found)) == len(set(bodies(found))) == 11
    assert [one.source for portion in found for one in portion.finished] == [
        one.name for one in feeds
    ]
