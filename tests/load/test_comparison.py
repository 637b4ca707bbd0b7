"""Comparing the archive anew ends in what loading made, whatever was lost and wherever it stops."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from flows.load.comparison import Progress, Stretch, compare_slice, progress
from flows.load.database import Database
from flows.load.upkeep import shelve_months
from tests import stories
from tests.load.loader import load_cut, related
from tests.records import NOON, dispatch

Connection = psycopg.Connection[Any]
TOTAL = 200
ALL = Stretch()
EVERY_MONTH = -2000  # older than that many months in the future

LOST = {
    "nothing": "SELECT",
    "every pair": "TRUNCATE duplicate; UPDATE dispatch SET duplicate_of = NULL",
    "every signature": "TRUNCATE signature",
    "everything that relating made": (
        "TRUNCATE signature, fingerprint, boilerplate, duplicate;"
        " UPDATE dispatch SET duplicate_of = NULL"
    ),
    "every posting": "TRUNCATE fingerprint",
    "what is boilerplate": "TRUNCATE boilerplate",
    "half of everything": (
        "DELETE FROM signature WHERE get_byte(uuid_send(dispatch_id), 0) < 128;"
        "DELETE FROM duplicate WHERE get_byte(uuid_send(dispatch_id), 0) < 128"
    ),
}


@pytest.fixture
def loaded(database: Database, connection: Connection) -> Iterator[dict[str, list[Any]]]:
    """What relating made of a wire as it was loaded, with boilerplate."""
    footed = [
        dispatch(
            f"foot:{place}",
            source="press",
            body=f"{' '.join(Random(place).choices(stories.ENGLISH, k=90))}.\n\n{stories.FOOTER}",
            published_at=stories.BEGINNING + timedelta(hours=place / 10),
        )
        for place in range(70)
    ]
    load_cut(database, [*stories.wire(TOTAL), *footed], 100)
    yield related(connection)


def compare_all(database: Database, stretch: Stretch = ALL, most: int = 60) -> list[int]:
    counts = []
    while compared := compare_slice(database, stretch, most):
        counts.append(compared)
    return counts


@pytest.mark.parametrize("loss", LOST.values(), ids=LOST.keys())
def test_what_was_lost_is_made_anew(
    database: Database, connection: Connection, loaded: dict[str, list[Any]], loss: str
) -> None:
    assert all(loaded.values())
    connection.execute(loss.encode())

    assert compare_all(database) == [60, 60, 60, 60, 30]

    assert related(connection) == loaded
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM fingerprint),"
        " (SELECT sum(cardinality(fingerprints)) FROM signature)"
    ).fetchall()[0]
    assert counted[0] == counted[1]


def test_it_goes_on_where_it_was_stopped(
    database: Database, connection: Connection, loaded: dict[str, list[Any]]
) -> None:
    connection.execute("TRUNCATE signature, fingerprint, boilerplate, duplicate")
    compare_slice(database, ALL, 60)
    connection.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE 'the disk is full'; END $$;"
        "CREATE TRIGGER refuse BEFORE UPDATE ON comparison EXECUTE FUNCTION refuse()"
    )
    with pytest.raises(psycopg.errors.RaiseException):
        compare_slice(database, ALL, 60)
    connection.execute("DROP TRIGGER refuse ON comparison")

    assert progress(database, ALL) == Progress(compared=60, remaining=TOTAL + 70 - 60)
    assert connection.execute("SELECT count(*) FROM signature").fetchall() == [(60,)]
    assert sum(compare_all(database)) == TOTAL + 70 - 60
    assert related(connection) == loaded


def test_a_comparison_that_is_done_begins_again(
    database: Database, loaded: dict[str, list[Any]]
) -> None:
    everything = Progress(compared=0, remaining=TOTAL + 70)
    assert progress(database, ALL) == everything

    assert sum(compare_all(database)) == TOTAL + 70

    assert progress(database, ALL) == everything
    assert sum(compare_all(database)) == TOTAL + 70


@pytest.mark.parametrize(
    ("since", "until", "compared"),
    [
        pytest.param(None, None, [1, 2, 3, 4], id="all"),
        pytest.param(2, None, [2, 3, 4], id="from a moment on, itself included"),
        pytest.param(None, 3, [1, 2], id="before a moment"),
        pytest.param(2, 3, [2], id="between two"),
        pytest.param(9, None, [], id="none"),
    ],
)
def test_a_stretch_is_of_when_dispatches_were_published(
    database: Database,
    connection: Connection,
    since: int | None,
    until: int | None,
    compared: list[int],
) -> None:
    load_cut(database, [dispatch(str(n), published_at=hour(n)) for n in (1, 3, 2, 4)], 4)
    connection.execute("TRUNCATE signature")

    compare_all(
        database, Stretch(hour(since) if since else None, hour(until) if until else None), most=2
    )

    found = connection.execute(
        "SELECT external_id::int FROM signature JOIN dispatch USING (dispatch_id) ORDER BY 1"
    ).fetchall()
    assert [row[0] for row in found] == compared


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def test_what_says_no_date_is_compared_as_of_when_it_was_first_seen(
    database: Database, connection: Connection
) -> None:
    undated = dispatch("undated", published_at=None, published_precision=None)
    load_cut(database, [undated], 1)
    connection.execute("TRUNCATE signature")

    compare_all(database)

    assert connection.execute(
        "SELECT s.at = d.first_seen_at FROM signature AS s JOIN dispatch AS d USING (dispatch_id)"
    ).fetchall() == [(True,)]


class TestShelving:
    def postings(self, connection: Connection) -> int:
        return int(connection.execute("SELECT count(*) FROM fingerprint").fetchall()[0][0])

    def test_what_is_recent_stays(
        self, database: Database, connection: Connection, loaded: dict[str, list[Any]]
    ) -> None:
        before = self.postings(connection)

        assert shelve_months(database, 2000) == 0

        assert self.postings(connection) == before > 0

    def test_what_is_old_goes_and_is_told_month_by_month(
        self, database: Database, connection: Connection, loaded: dict[str, list[Any]]
    ) -> None:
        months = connection.execute("SELECT DISTINCT month FROM signature ORDER BY 1").fetchall()

        assert shelve_months(database, EVERY_MONTH) == len(months) == 2

        assert self.postings(connection) == 0
        assert connection.execute("SELECT month FROM shelved_month ORDER BY 1").fetchall() == months

    def test_what_comes_later_meets_the_shelved_as_if_they_were_not(
        self, database: Database, connection: Connection, loaded: dict[str, list[Any]]
    ) -> None:
        connection.execute(
            "TRUNCATE dispatch, revision, signature, fingerprint, boilerplate, duplicate, tally"
        )
        arriving = stories.wire(TOTAL)
        load_cut(database, arriving, TOTAL)
        expected = related(connection)
        connection.execute(
            "TRUNCATE dispatch, revision, signature, fingerprint, boilerplate, duplicate, tally"
        )

        for start in range(0, TOTAL, 50):
            load_cut(database, arriving[start : start + 50], 25)
            shelve_months(database, EVERY_MONTH)

        assert related(connection) == expected

    def test_old_stretches_can_be_compared(
        self, database: Database, connection: Connection, loaded: dict[str, list[Any]]
    ) -> None:
        before = self.postings(connection)
        shelve_months(database, EVERY_MONTH)
        connection.execute("TRUNCATE duplicate")

        compare_all(database)

        assert related(connection) == loaded
        assert self.postings(connection) == before
