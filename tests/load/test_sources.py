"""The sources as the archive knows them: described by the catalogue, polled by their record."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load.database import Database
from flows.load.sources import (
    cursors,
    due,
    record_catalogue,
    record_sources,
    stored_sources,
)
from flows.load.store import load
from flows.model import Cursor, Finished, Source
from tests.records import batch, document, received, source

Connection = psycopg.Connection[Any]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

WIRE = source("wire", every=5 * MINUTE)
FEED = Source(
    name="agency",
    kind="http",
    location="https://agency.example/feed",
    format="feed",
    agency="Agence d'Oriel",
    language="fr",
    timezone="Europe/Paris",
    every=HOUR,
    enabled=False,
)


def finish(database: Database, number: int, name: str, error: str | None = None) -> None:
    load(database, UUID(int=1), batch(number=number, finished=(Finished(name, error),)))


class TestTheCatalogue:
    def test_is_kept_word_for_word(self, connection: Connection) -> None:
        record_catalogue(connection, [WIRE, FEED])

        assert stored_sources(connection) == [FEED, WIRE]

    def test_replaces_what_it_said_before(self, connection: Connection) -> None:
        record_catalogue(connection, [WIRE, FEED])
        changed = replace(FEED, name="wire")

        record_catalogue(connection, [changed, FEED])

        assert stored_sources(connection) == [FEED, changed]

    def test_read_again_unchanged_writes_nothing(self, connection: Connection) -> None:
        versions = "SELECT xmin, ctid FROM newswire.source"
        record_catalogue(connection, [WIRE, FEED])
        before = connection.execute(versions).fetchall()

        record_catalogue(connection, [WIRE, FEED])

        assert connection.execute(versions).fetchall() == before

    def test_retires_what_is_gone_from_it_but_not_what_never_had_an_interval(
        self, connection: Connection
    ) -> None:
        occasional = source("/some/folder")
        record_sources(connection, [occasional])
        record_catalogue(connection, [WIRE, FEED])

        record_catalogue(connection, [FEED])

        assert stored_sources(connection) == [occasional, FEED, replace(WIRE, enabled=False)]

    def test_that_is_empty_retires_all(self, connection: Connection) -> None:
        record_catalogue(connection, [WIRE])
        record_catalogue(connection, [])

        assert stored_sources(connection) == [replace(WIRE, enabled=False)]

    def test_leaves_the_record_of_a_source_alone(
        self, database: Database, connection: Connection
    ) -> None:
        record_catalogue(connection, [WIRE])
        finish(database, 0, "wire", "refused: no answer")

        record_catalogue(connection, [replace(WIRE, every=HOUR)])

        assert connection.execute(
            "SELECT failures, last_error FROM newswire.source"
        ).fetchall() == [(1, "refused: no answer")]


class TestDue:
    def test_are_enabled_sources_with_an_interval_that_has_passed_longest_waiting_first(
        self, connection: Connection
    ) -> None:
        names = ["late", "later", "not yet", "disabled", "occasional", "not asked"]
        changes: dict[str, dict[str, Any]] = {
            "disabled": {"enabled": False},
            "occasional": {"every": None},
        }
        record_sources(
            connection, [source(name, **{"every": HOUR, **changes.get(name, {})}) for name in names]
        )
        for name, ahead in (("late", -DAY), ("later", -HOUR), ("not yet", HOUR)):
            connection.execute(
                "UPDATE newswire.source SET next_poll_at = now() + %s WHERE name = %s",
                [ahead, name],
            )

        assert due(connection, names[:-1]) == ["late", "later"]

    def test_at_first_is_every_source(self, connection: Connection) -> None:
        record_sources(connection, [WIRE])

        assert due(connection, ["wire"]) == ["wire"]

    def test_is_not_what_was_just_polled(self, database: Database, connection: Connection) -> None:
        record_sources(connection, [WIRE])
        finish(database, 0, "wire")

        assert due(connection, ["wire"]) == []


class TestASourceThatFails:
    def waits(self, connection: Connection) -> timedelta:
        next_poll, moment = connection.execute(
            "SELECT next_poll_at, (SELECT max(polled_at) FROM newswire.poll) FROM newswire.source"
        ).fetchall()[0]
        assert isinstance(next_poll, datetime)
        wait: timedelta = next_poll - moment
        return wait

    def poll(self, database: Database, number: int, error: str | None) -> None:
        # A poll beside it tells the moment of the load.
        whole = batch(
            number=number,
            documents=(document(location=f"{number}.txt"),),
            finished=(Finished("wire", error),),
        )
        load(database, UUID(int=1), whole)

    @pytest.mark.parametrize(
        ("every", "failures", "wait"),
        [
            (5 * MINUTE, 0, 5 * MINUTE),
            (5 * MINUTE, 1, 5 * MINUTE),
            (5 * MINUTE, 2, 10 * MINUTE),
            (5 * MINUTE, 3, 20 * MINUTE),
            (5 * MINUTE, 9, 1280 * MINUTE),
            (5 * MINUTE, 10, DAY),
            (5 * MINUTE, 40, DAY),
            (7 * DAY, 0, 7 * DAY),
            (None, 0, timedelta(0)),
            (None, 2, 10 * MINUTE),
        ],
        ids=str,
    )
    def test_is_asked_ever_less_often_up_to_once_a_day(
        self,
        database: Database,
        connection: Connection,
        every: timedelta | None,
        failures: int,
        wait: timedelta,
    ) -> None:
        record_sources(connection, [source("wire", every=every)])
        connection.execute("UPDATE newswire.source SET failures = %s", [max(failures - 1, 0)])

        self.poll(database, 0, f"refused: try {failures}" if failures else None)

        assert connection.execute(
            "SELECT failures, last_error FROM newswire.source"
        ).fetchall() == [(failures, f"refused: try {failures}" if failures else None)]
        assert self.waits(connection) == wait

    def test_is_as_before_once_it_answers(self, database: Database, connection: Connection) -> None:
        record_sources(connection, [WIRE])
        for number, error in enumerate(("refused: a", "refused: b", "refused: c", None)):
            self.poll(database, number, error)

        assert self.waits(connection) == 5 * MINUTE
        assert connection.execute(
            "SELECT failures, last_error FROM newswire.source"
        ).fetchall() == [(0, None)]

    def test_may_quote_what_cannot_be_stored(
        self, database: Database, connection: Connection
    ) -> None:
        record_sources(connection, [WIRE])
        self.poll(database, 0, "bad_response: \x00 \ud800")

        assert connection.execute("SELECT last_error FROM newswire.source").fetchall() == [
            ("bad_response: \ufffd ?",)
        ]

    def test_leaves_the_others_alone(self, database: Database, connection: Connection) -> None:
        record_sources(connection, [WIRE, FEED])
        finish(database, 0, "agency", "refused: no answer")

        assert connection.execute(
            "SELECT name, failures FROM newswire.source ORDER BY name"
        ).fetchall() == [("agency", 1), ("wire", 0)]


class TestCursors:
    def test_tell_how_far_locations_were_read(
        self, database: Database, connection: Connection
    ) -> None:
        one, other = document("one", location="a.txt"), document("other", location="b.txt")
        load(database, UUID(int=1), batch(documents=(one, other)))

        known = cursors(connection, "wire", ["b.txt", "a.txt", "never.txt"])

        assert known == {each.location: received(each).cursor for each in (one, other)}
        assert cursors(connection, "wire", []) == {}
        assert cursors(connection, "agency", ["a.txt"]) == {}

    def test_move_on(self, database: Database, connection: Connection) -> None:
        feed = document("one", location="feed")
        moved = Cursor("wire", "feed", etag='"2"', last_modified="Fri", sha256=feed.sha256)
        load(database, UUID(int=1), batch(documents=(feed,)))
        load(
            database,
            UUID(int=1),
            replace(batch(number=1), fetched=(received(feed, cursor=moved),)),
        )

        assert cursors(connection, "wire", ["feed"]) == {"feed": moved}
