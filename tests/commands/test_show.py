"""`newswire show`: the family of a dispatch, and what differs between two texts."""

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from uuid import UUID

import pytest
from rich.console import Console
from typer.testing import CliRunner

from flows.cli import app
from flows.commands import show
from flows.errors import NewswireError
from flows.load.database import Database
from flows.load.store import load
from flows.model import Dispatch
from flows.settings import settings
from tests.records import batch, dispatch

Newswire = Callable[..., str]

TEXT = (
    "The harbour of Oriel opened its new lock on Friday after nine months of repairs, and the "
    "first barges went through before dawn. Four of them carried gravel for the quay, which is "
    "to be widened next spring.\n\nThe harbour master, Ilse Maren, said that the old gates will "
    "be kept as a memorial to the flood of 1953."
)
MENDED = TEXT.replace("Four of them", "Five of them").replace("nine months", "ten months")

FIRST = dispatch("first", headline="Oriel opens its lock", body=TEXT)
MENDING = dispatch("first", headline="Oriel opens its new lock", body=MENDED)
COPY = dispatch(
    "urn:copy",
    source="paper",
    headline="Barges again",
    body=TEXT.partition("\n")[0],
    published_at=FIRST.published_at and FIRST.published_at + timedelta(minutes=45),
)
RAIN = (
    "It rained in the hills above Oriel all day, and the shepherds brought their flocks down to "
    "the lower meadows before the paths were washed away, as they had been in the autumn of 1953 "
    "when the bridge was lost."
)
ALONE = dispatch("alone", headline="Rain", body=RAIN)


def short(one: Dispatch) -> str:
    return str(one.dispatch_id)[:8]


@pytest.fixture
def newswire(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newswire]:
    """Runs the command on an archive of a story, its copy, and another; gives its output."""
    for number, one in enumerate((FIRST, COPY, ALONE, MENDING)):
        load(database, UUID(int=1), batch(one, number=number))
    monkeypatch.setenv("NEWSWIRE_DATABASE_URL", database.dsn)
    settings.cache_clear()
    # Whatever this test run itself prints to.
    monkeypatch.setattr(show, "out", Console(force_terminal=False, width=200, highlight=False))

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, words)
        if result.exception is not None:
            raise result.exception
        return result.stdout

    yield run
    settings.cache_clear()


def test_the_family_is_told_with_share_and_delay(newswire: Newswire) -> None:
    printed = newswire("show", "urn:copy")

    assert "family: 1 original, 1 copy" in printed
    line = next(line for line in printed.splitlines() if line.startswith("▸")).split()
    assert (line[1], line[4:6], line[-1]) == ("copy", ["+45", "min"], short(COPY))
    assert f"publishable: {short(FIRST)}" in printed


def test_the_family_is_told_to_programs(newswire: Newswire) -> None:
    family = json.loads(newswire("show", "first", "--json"))["family"]

    columns = ("dispatch_id", "relation", "of_dispatch_id", "delay", "publishable")
    assert [[one[column] for column in columns] for one in family] == [
        [str(FIRST.dispatch_id), "original", None, None, True],
        [str(COPY.dispatch_id), "republication", str(FIRST.dispatch_id), 2700.0, False],
    ]
    assert 0.5 < family[1]["share"] <= 1
    assert 0.3 < family[1]["jaccard"] < family[1]["share"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("first", f"what changed: newswire show {FIRST.dispatch_id} --diff 1"),
        ("urn:copy", f"what differs: newswire show {COPY.dispatch_id} --diff {short(FIRST)}"),
    ],
    ids=["revised", "copied"],
)
def test_the_command_that_tells_more_is_named(newswire: Newswire, name: str, hint: str) -> None:
    assert hint in newswire("show", name).splitlines()


def test_of_an_original_the_latest_version_is_named_rather_than_a_copy(
    newswire: Newswire, database: Database
) -> None:
    assert ALONE.published_at
    for number, (source, hours, words) in enumerate(
        [
            ("paper", 1, " Umbrellas sold out."),
            ("wire", 2, " The brook rose."),
            ("wire", 3, " The brook rose and fell."),
            ("paper", 4, " So much for the picnic."),
        ],
        start=4,
    ):
        later = dispatch(
            f"rain-{hours}",
            source=source,
            headline="Rain",
            body=RAIN + words,
            published_at=ALONE.published_at + timedelta(hours=hours),
        )
        load(database, UUID(int=1), batch(later, number=number))
    members = json.loads(newswire("show", "alone", "--json"))["family"]

    assert [one["source"] for one in members] == [ALONE.source, "paper", "wire", "wire", "paper"]
    hint = f"what differs: newswire show {ALONE.dispatch_id} --diff {members[3]['dispatch_id'][:8]}"
    assert hint in newswire("show", "alone").splitlines()


def test_times_are_told_in_utc_as_in_the_family(newswire: Newswire) -> None:
    printed = newswire("show", "urn:copy")
    assert COPY.published_at
    published = f"{COPY.published_at.astimezone(UTC):%Y-%m-%d %H:%MZ}"

    assert re.search(rf"^published_at +{published}", printed, re.MULTILINE)
    moments = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d\S*", printed)
    assert len(moments) >= 5
    assert [one for one in moments if not one.endswith("Z")] == []


def test_a_text_against_itself_is_not_shown(newswire: Newswire) -> None:
    assert newswire("show", "alone", "--diff", "1") == ""
    assert json.loads(newswire("show", "alone", "--diff", "1", "--json"))[0]["op"] == "equal"


def test_a_dispatch_without_relatives_has_no_family(newswire: Newswire) -> None:
    assert "family" not in newswire("show", "alone")
    assert len(json.loads(newswire("show", "alone", "--json"))["family"]) == 1


def test_a_revision_is_told_apart_from_how_it_stands(newswire: Newswire) -> None:
    head, _, text = newswire("show", "first", "--diff", "1").partition("\n\n")

    assert [line[:10] for line in head.splitlines()] == [f"{sign} {short(FIRST)}" for sign in "-+"]
    assert [line.split()[2:4] for line in head.splitlines()] == [
        ["revision", "1,"],
        ["revision", "2,"],
    ]
    assert text.startswith("Oriel opens its{+ new+} lock\n\nThe harbour of Oriel")
    assert "after [-nine-]{+ten+} months" in text
    assert "[-Four-]{+Five+} of them" in text


def test_two_revisions_are_told_apart_either_way(newswire: Newswire) -> None:
    assert "[-Five-]{+Four+} of them" in newswire("show", "first", "--revision", "1", "--diff", "2")


def test_a_copy_is_told_apart_from_its_original(newswire: Newswire) -> None:
    changes = json.loads(newswire("show", "urn:copy", "--diff", "first", "--json"))

    assert {tuple(one) for one in changes} == {("op", "from", "to")}
    assert "".join(one["from"] for one in changes) == f"{MENDING.headline}\n\n{MENDED}"
    assert "".join(one["to"] for one in changes) == f"{COPY.headline}\n\n{COPY.body}"
    assert changes[0] == {"op": "replace", "from": MENDING.headline, "to": COPY.headline}
    assert changes[-1]["op"] == "delete"


def test_a_terminal_shows_deletions_and_insertions_in_colours(
    newswire: Newswire, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Console(
        file=io.StringIO(), force_terminal=True, color_system="standard", width=60, _environ={}
    )
    monkeypatch.setattr(show, "out", terminal)

    newswire("show", "first", "--diff", "1")
    printed = terminal.file.getvalue()  # type: ignore[attr-defined]

    assert "\x1b[9;31mnine\x1b[0m\x1b[32mten\x1b[0m" in printed
    assert "[-" not in printed


def test_without_colours_a_terminal_shows_marks(
    newswire: Newswire, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, no_color=True, width=200)
    monkeypatch.setattr(show, "out", terminal)

    newswire("show", "first", "--diff", "1")

    assert "[-nine-]{+ten+}" in terminal.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("first", "--diff", "9"), "has revisions 1 to 2"),
        (("first", "--revision", "7", "--diff", "1"), "has revisions 1 to 2"),
        (("first", "--diff", "nobody"), 'no dispatch "nobody"'),
        (("first", "--diff", "1", "--bytes"), "--bytes goes alone"),
        (("first", "--json", "--bytes"), "--bytes goes alone"),
    ],
    ids=["no such revision", "not shown either", "no such dispatch", "bytes", "bytes as JSON"],
)
def test_what_cannot_be_compared_is_one_line(
    newswire: Newswire, words: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(NewswireError, match=complaint):
        newswire("show", *words)
