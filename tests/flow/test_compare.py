"""The flow that compares the archive anew: its outcome, its word, and going on after a stop."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from prefect.client.schemas.objects import State

from flows import compare
from flows.load.database import Database
from flows.progress import listener
from tests import stories
from tests.flow.conftest import RunFlow
from tests.load.loader import load_cut, related

TOTAL = 150
FORGET = (
    "TRUNCATE signature, fingerprint, boilerplate, duplicate;"
    " UPDATE dispatch SET duplicate_of = NULL"
)
# From the third slice on nothing more can be noted.
REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'the disk is full' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON comparison FOR EACH ROW WHEN (OLD.compared >= 80)
    EXECUTE FUNCTION refuse()
"""


@pytest.fixture
def forgotten(
    archive: Database, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[Any]]:
    """What loading had related before everything of it was lost; slices are of forty."""
    load_cut(archive, stories.wire(TOTAL), TOTAL)
    before = related(connection)
    connection.execute(FORGET.encode())
    monkeypatch.setattr(compare, "TOGETHER", 40)
    return before


@pytest.fixture
def heard() -> Iterator[list[tuple[int, int]]]:
    """How far the flow said that it had come."""
    words: list[tuple[int, int]] = []
    token = listener.set(lambda done, total: words.append((done, total)))
    yield words
    listener.reset(token)


def said(state: State[Any]) -> tuple[str, str | None]:
    return str(state.name), state.message


def test_it_makes_what_loading_made(
    run_flow: RunFlow,
    connection: psycopg.Connection[Any],
    forgotten: dict[str, list[Any]],
    heard: list[tuple[int, int]],
) -> None:
    state = run_flow("compare")

    assert said(state) == ("Completed", "150 dispatches compared")
    assert related(connection) == forgotten
    assert heard == [(done, 150) for done in (0, 40, 80, 120, 150)]
    assert connection.execute("SELECT flow, state FROM run").fetchall() == [
        ("compare", "Completed")
    ]


def test_it_goes_on_where_it_was_cut_off(
    run_flow: RunFlow,
    connection: psycopg.Connection[Any],
    forgotten: dict[str, list[Any]],
    heard: list[tuple[int, int]],
) -> None:
    connection.execute(REFUSE)
    cut_off = run_flow("compare")
    connection.execute("DROP TRIGGER refuse ON comparison")

    state = run_flow("compare")

    assert said(cut_off)[0] == "Failed"
    assert "free some space" in str(cut_off.message)
    assert said(state) == ("Completed", "150 dispatches compared, 80 of them by a run before")
    assert heard == [(done, 150) for done in (0, 40, 80, 80, 120, 150)]
    assert related(connection) == forgotten


def test_it_compares_the_stretch_it_is_asked_for(
    run_flow: RunFlow, connection: psycopg.Connection[Any], forgotten: dict[str, list[Any]]
) -> None:
    middle = "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY published_at) FROM dispatch"
    (moment,) = connection.execute(middle).fetchall()[0]

    run_flow("compare", since=moment)

    assert connection.execute(
        "SELECT count(*), min(at) = %s FROM signature", [moment]
    ).fetchall() == [(76, True)]
