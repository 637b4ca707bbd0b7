"""Which source a file belongs to, and the one name it has however it is asked for."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import ConfigurationError
from flows.extract.folder import FolderLimits, walk
from flows.extract.paths import decode_name, encode_name, folder_location, nested_folders, select
from flows.model import Failed, Received, Source, Unmodified

FILES = ("desk/a.txt", "desk/fr/b.txt", "desk/fr/deep/c.txt", "wire/x/in/d.txt", "wire/x/e.txt")


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def folder(name: str, path: Path) -> Source:
    return Source(name, "folder", folder_location(path))


def catalogue(spool: Path) -> tuple[Source, ...]:
    return (
        folder("desk", spool / "desk"),
        folder("desk-fr", spool / "desk/fr"),
        folder("wire", spool / "wire/*/in/*.txt"),
        Source("web", "http", "https://news.example/"),
    )


def identities(path: Path, known: Iterable[Source]) -> dict[str, tuple[str, str]]:
    """Source and location of each file that is ingested for a path, by its content."""
    known = tuple(known)
    found = {}
    for selection in select(path, known):
        for outcome in walk(
            selection.source,
            lambda locations: {},
            FolderLimits(1000, 0.0),
            clock=lambda: datetime.now(UTC) + timedelta(hours=1),
            only=selection.only,
            apart=nested_folders(selection.source, known),
        ):
            assert not isinstance(outcome, Failed | Unmodified)
            assert isinstance(outcome, Received)
            document = outcome.document
            content = document.body.decode()
            assert content not in found
            found[content] = (document.source, document.location)
    return found


DESK = {
    "desk/a.txt": ("desk", "a.txt"),
    "desk/fr/b.txt": ("desk-fr", "b.txt"),
    "desk/fr/deep/c.txt": ("desk-fr", "deep/c.txt"),
}


class TestAPathOfTheCatalogue:
    @pytest.mark.parametrize("name", DESK)
    def test_gives_a_file_the_same_identity_by_file_by_folder_and_by_schedule(
        self, spool: Path, name: str
    ) -> None:
        known = catalogue(spool)
        for asked in (name, str(Path(name).parent), "desk"):
            assert identities(spool / asked, known)[name] == DESK[name]
        scheduled: dict[str, tuple[str, str]] = {}
        for source in known[:2]:
            scheduled |= identities(Path(source.location), known)
        assert scheduled == DESK

    def test_belongs_to_a_glob_where_it_matches(self, spool: Path) -> None:
        known = catalogue(spool)
        matching = {"wire/x/in/d.txt": ("wire", "x/in/d.txt")}
        assert identities(spool / "wire/x/in/d.txt", known) == matching
        assert identities(spool / "wire/x/in", known) == matching
        assert identities(spool / "wire", known) == matching
        other = identities(spool / "wire/x/e.txt", known)
        assert other == {"wire/x/e.txt": (str(spool / "wire/x"), "e.txt")}

    def test_is_found_through_links_and_relative_paths(
        self, spool: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (spool / "link").symlink_to(spool / "desk")
        monkeypatch.chdir(spool / "wire")
        for asked in ("../desk/fr/b.txt", "../link/fr/b.txt", "../desk/./fr/../fr/b.txt"):
            assert identities(Path(asked), catalogue(spool)) == {
                "desk/fr/b.txt": ("desk-fr", "b.txt")
            }
        known = (folder("linked", spool / "link"),)
        assert identities(spool / "desk/a.txt", known) == {"desk/a.txt": ("linked", "a.txt")}

    def test_is_found_where_a_link_leads_out_of_the_folder(self, spool: Path) -> None:
        (spool / "desk/out").symlink_to(spool / "wire/x")
        known = (folder("desk", spool / "desk"),)
        whole = identities(spool / "desk", known)
        assert whole["wire/x/e.txt"] == ("desk", "out/e.txt")
        assert identities(spool / "desk/out/e.txt", known)["wire/x/e.txt"] == whole["wire/x/e.txt"]

    def test_leaves_out_the_folder_of_a_disabled_source(self, spool: Path) -> None:
        desk, french, *_ = catalogue(spool)
        disabled = Source(french.name, "folder", french.location, enabled=False)
        assert identities(spool / "desk", (desk, disabled)).keys() == {"desk/a.txt"}


class TestAnyOtherPath:
    def test_makes_a_source_of_its_folder_without_a_schedule(self, spool: Path) -> None:
        (selection,) = select(spool / "wire", ())
        assert selection.source == Source(str(spool / "wire"), "folder", str(spool / "wire"))
        assert selection.only is None
        (selection,) = select(spool / "desk/a.txt", ())
        assert selection.source == Source(str(spool / "desk"), "folder", str(spool / "desk"))
        assert selection.only == spool / "desk/a.txt"

    def test_keeps_the_names_of_a_run_before(self, spool: Path) -> None:
        by_file = identities(spool / "wire/x/in/d.txt", ())
        (earlier,) = select(spool / "wire/x/in/d.txt", ())
        later = identities(spool / "wire", (earlier.source,))
        assert later.items() >= by_file.items()
        assert later["wire/x/e.txt"] == (str(spool / "wire"), "x/e.txt")

    def test_includes_the_sources_below(self, spool: Path) -> None:
        found = identities(spool, catalogue(spool)[:2])
        assert found.items() >= DESK.items()
        assert found["wire/x/e.txt"] == (str(spool), "wire/x/e.txt")

    def test_takes_brackets_in_names_as_they_are(self, spool: Path) -> None:
        path = spool / "[a]*/b?.txt"
        path.parent.mkdir()
        path.write_text("odd")
        for asked in (path, path.parent):
            assert identities(asked, ()) == {"odd": (str(path.parent), "b?.txt")}

    def test_that_does_not_exist_is_a_mistake(self, spool: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"gone\.txt: no such file or folder"):
            select(spool / "gone.txt", catalogue(spool))


@given(st.binary(max_size=40))
def test_a_name_is_storable_and_comes_back(name: bytes) -> None:
    text = name.decode("utf-8", "surrogateescape")
    stored = encode_name(text)
    assert stored.encode("utf-8") is not None
    assert decode_name(stored) == text


@given(st.text(st.characters(), max_size=40))
def test_so_is_one_with_lone_surrogates(name: str) -> None:
    assert decode_name(encode_name(name)) == name
    assert encode_name(name).encode("utf-8") is not None


@given(st.text(st.characters(codec="utf-8", exclude_characters="\\")))
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert encode_name(name) == name
