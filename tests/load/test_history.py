"""A changed dispatch keeps its former states, and when each of them was known."""

from datetime import datetime, timedelta
from itertools import pairwise

from flows.load.database import Database
from flows.load.store import load
from tests.load.archive import LATER, RUN, Connection, apart, column
from tests.records import NOON, batch, withdrawal


def chain(database: Database) -> None:
    for number, met in enumerate(
        (
            apart(1, headline="First"),
            apart(1, headline="Second"),
            apart(1, headline="Second"),
            apart(1, headline="First"),
            withdrawal("urn:oriel:1"),
        )
    ):
        load(database, RUN, batch(met, number=number))


def test_every_state_stays_with_when_it_was_known(
    database: Database, connection: Connection
) -> None:
    chain(database)

    rows = connection.execute(
        "SELECT revision, headline, status, recorded_at, superseded_at"
        " FROM newswire.revision ORDER BY revision"
    ).fetchall()
    assert [row[:3] for row in rows] == [
        (1, "First", "usable"),
        (2, "Second", "usable"),
        (3, "First", "usable"),
        (4, "First", "canceled"),
    ]
    assert all(one[4] == following[3] for one, following in pairwise(rows))
    assert rows[-1][4] is None
    assert connection.execute(
        "SELECT revision, headline, status FROM newswire.dispatch"
    ).fetchall() == [(4, "First", "canceled")]


def test_as_of_any_instant_there_is_one_state_from_the_first_on(
    database: Database, connection: Connection
) -> None:
    chain(database)
    recorded: list[datetime] = column(
        connection, "SELECT recorded_at FROM newswire.revision ORDER BY revision"
    )
    blink = timedelta(microseconds=1)

    def known(moment: datetime) -> list[int]:
        return column(connection, "SELECT revision FROM newswire.dispatch_as_of(%s)", moment)

    assert known(recorded[0] - blink) == []
    for number, moment in enumerate(recorded, start=1):
        assert known(moment) == [number]
        assert known(moment - blink) == ([number - 1] if number > 1 else [])
    assert known(recorded[-1] + timedelta(days=1)) == [4]


def test_a_state_that_was_replaced_at_once_was_never_known(
    database: Database, connection: Connection
) -> None:
    load(database, RUN, batch(apart(1), apart(1, headline="Second", updated_at=NOON)))

    assert column(connection, "SELECT count(*) FROM newswire.revision") == [2]
    assert column(
        connection,
        "SELECT a.revision FROM newswire.revision AS r"
        " CROSS JOIN newswire.dispatch_as_of(r.recorded_at) AS a",
    ) == [2, 2]


def test_a_clock_set_back_ends_no_state_before_it_began(
    database: Database, connection: Connection
) -> None:
    load(database, RUN, batch(apart(1)))
    connection.execute("UPDATE newswire.revision SET recorded_at = now() + interval '1 hour'")

    load(database, LATER, batch(apart(1, headline="Second")))

    assert column(
        connection, "SELECT revision FROM newswire.dispatch_as_of(now() + interval '2 hours')"
    ) == [2]


def test_a_bare_withdrawal_keeps_the_text(database: Database, connection: Connection) -> None:
    load(database, RUN, batch(apart(1)))
    gone = withdrawal("urn:oriel:1", sha256="e" * 64, location="feed.xml", position=3)

    load(database, LATER, batch(gone))

    assert connection.execute(
        "SELECT status, headline, word_count FROM newswire.dispatch"
    ).fetchall() == [("canceled", "Story 1", 23)]
    assert connection.execute(
        "SELECT sha256, location, position, headline FROM newswire.revision WHERE revision = 2"
    ).fetchall() == [("e" * 64, "feed.xml", 3, "Story 1")]


def test_text_after_a_withdrawal_is_kept_and_stays_canceled(
    database: Database, connection: Connection
) -> None:
    load(database, RUN, batch(withdrawal("urn:oriel:1")))
    load(database, LATER, batch(apart(1)))

    assert connection.execute(
        "SELECT status, headline, revision FROM newswire.dispatch"
    ).fetchall() == [("canceled", "Story 1", 2)]
    assert column(connection, "SELECT count(*) FROM newswire.publishable") == [0]
