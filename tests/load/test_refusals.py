"""What PostgreSQL refuses becomes a rejection, and its neighbours are loaded."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from string import ascii_letters, digits

import psycopg
import pytest

from flows.load.database import Database
from flows.load.store import SUSPICIOUS, load
from flows.model import Dispatch, Tally
from tests.load.archive import LATER, RUN, Connection, apart, column, counts, headlines
from tests.records import NOON, batch, dispatch

LONG = "".join(Random(1).choices(ascii_letters + digits, k=3000))  # it must not compress
UNSTORABLE: list[tuple[str, Dispatch]] = [
    ("a NUL in the headline", apart(5, headline="bad \x00")),
    ("a NUL in a keyword", apart(5, keywords=("good", "bad \x00"))),
    ("a lone surrogate", apart(5, body="bad \ud800 text")),
    ("an urgency beyond int4", apart(5, urgency=2**31)),
    ("an external id too long for an index", dispatch(LONG)),
    ("a status that is none", apart(5, status="doubtful")),
    ("a date without its precision", apart(5, published_precision=None)),
]


@pytest.mark.parametrize("bad", [case[1] for case in UNSTORABLE], ids=[c[0] for c in UNSTORABLE])
def test_a_bad_item_costs_itself_only(
    database: Database, connection: Connection, bad: Dispatch
) -> None:
    good = [apart(number) for number in (1, 2, 3, 4, 6, 7)]

    tallies = load(database, RUN, batch(*good[:4], replace(bad, position=4), *good[4:]))

    assert tallies["wire"] == Tally(received=7, added=6, rejected=1)
    assert headlines(connection) == [one.headline for one in good]
    assert column(connection, "SELECT count(*) FROM newswire.revision") == [6]
    assert connection.execute(
        "SELECT run_id, source, location, item, stage, code, sha256, resolved_at"
        " FROM newswire.rejection"
    ).fetchall() == [(RUN, "wire", "one.txt", "one.txt#4", "load", "refused", bad.sha256, None)]
    [message] = column(connection, "SELECT message FROM newswire.rejection")
    assert message.startswith("PostgreSQL refused it: ")
    assert "\n" not in message


def test_what_refuses_every_one_of_many_is_no_fault_of_theirs(
    database: Database, connection: Connection
) -> None:
    connection.execute("ALTER TABLE newswire.dispatch ADD CONSTRAINT odd CHECK (headline = '')")

    with pytest.raises(psycopg.errors.CheckViolation):
        load(database, RUN, batch(*(apart(number) for number in range(SUSPICIOUS))))

    assert set(counts(connection).values()) == {0}


def test_the_versions_of_a_dispatch_are_refused_together(
    database: Database, connection: Connection
) -> None:
    load(database, RUN, batch(apart(1)))

    tallies = load(
        database,
        LATER,
        batch(
            apart(1, headline="Second", updated_at=NOON, position=1),
            apart(1, headline="\x00", updated_at=NOON + timedelta(hours=1)),
            apart(2),
        ),
    )

    assert tallies["wire"] == Tally(received=3, added=1, rejected=2)
    assert headlines(connection) == ["Story 1", "Story 2"]
    assert column(connection, "SELECT superseded_at FROM newswire.revision") == [None, None]


def test_ten_bad_items_among_two_hundred_are_all_found(
    database: Database, connection: Connection
) -> None:
    mixed = [
        apart(number, position=number, **({"urgency": 2**40} if number % 20 == 7 else {}))
        for number in range(200)
    ]

    assert load(database, RUN, batch(*mixed))["wire"] == Tally(200, added=190, rejected=10)
    assert column(connection, "SELECT count(DISTINCT item) FROM newswire.rejection") == [10]
