"""Settings come from variables, then from a file; what is wrong is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.errors import ConfigurationError
from flows.settings import settings


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "chosen.env"
    path.write_text("NEWSWIRE_BATCH_DOCUMENTS=7\nNEWSWIRE_USER_AGENT='an archive'\nOTHER=1\n")
    monkeypatch.setenv("NEWSWIRE_ENV_FILE", str(path))
    return path


def test_a_file_says_what_variables_do_not(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_BATCH_DOCUMENTS", "9")

    assert settings().batch_documents == 9
    assert settings().user_agent == "an archive"


def test_folders_become_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_HOME", "~/archive")
    monkeypatch.setenv("NEWSWIRE_SOURCES", "sources.toml")

    assert settings().home == Path.home() / "archive"
    assert settings().sources == Path.cwd() / "sources.toml"


@pytest.mark.parametrize(
    ("written", "size"),
    [("33554432", 2**25), ("32 MiB", 2**25), ("1.5KiB", 1536), ("2 kB", 2000)],
    ids=["bytes", "binary unit", "fraction", "decimal unit"],
)
@pytest.mark.parametrize("name", ["batch_bytes", "max_document_bytes"])
def test_sizes_may_have_a_unit(
    name: str, written: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"NEWSWIRE_{name.upper()}", written)

    assert getattr(settings(), name) == size


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEWSWIRE_BATCH_DOCUMENTS", "0"),
        ("NEWSWIRE_BATCH_BYTES", "many"),
        ("NEWSWIRE_BATCH_BYTES", "32 leagues"),
        ("NEWSWIRE_MAX_DOCUMENT_BYTES", "0"),
        ("NEWSWIRE_SETTLE_SECONDS", "-1"),
        ("NEWSWIRE_SETTLE_SECONDS", "inf"),
        ("NEWSWIRE_STATEMENT_SECONDS", "99999999999"),
        ("NEWSWIRE_HOME", ""),
        ("NEWSWIRE_USER_AGENT", "two\nlines"),
        ("NEWSWIRE_HTTP_TOTAL_SECONDS", "0"),
        ("NEWSWIRE_HTTP_MAX_REDIRECTS", "-1"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=f"settings: {name}: ") as refused:
        settings()

    assert "\n" not in str(refused.value)
