"""A batch is loaded whole or not at all, counted to the item, and once however often it comes."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from string import ascii_letters
from uuid import UUID

import psycopg
import pytest

from flows.load import runs
from flows.load.database import Database
from flows.load.sources import cursors
from flows.load.store import Outdated, load
from flows.model import Dispatch, Failed, Finished, Rejection, Tally, Unmodified
from tests.load.archive import LATER, RUN, TABLES, Connection, apart, column, counts, headlines
from tests.records import NOON, batch, dispatch, document, received, sighting, withdrawal


def start(database: Database, run_id: UUID = RUN) -> None:
    with runs.running(database, run_id, "ingest"):
        pass


class TestCounting:
    def test_everything_received_is_added_revised_unchanged_or_rejected(
        self, database: Database, connection: Connection
    ) -> None:
        load(database, LATER, batch(apart(1), apart(2), apart(3)))
        start(database)

        tallies = load(
            database,
            RUN,
            batch(
                apart(1),
                apart(2, body="Another text."),
                apart(4),
                apart(5, headline="with a NUL: \x00"),
                sightings=(sighting(apart(3)),),
            ),
        )

        assert tallies == {"wire": Tally(received=5, added=1, revised=1, unchanged=2, rejected=1)}
        assert runs.totals(database, RUN) == tallies["wire"]
        assert connection.execute(
            "SELECT received, added, revised, unchanged, rejected FROM newswire.tally"
            " WHERE run_id = %s",
            [RUN],
        ).fetchall() == [(5, 1, 1, 2, 1)]

    @pytest.mark.parametrize("table", ["run", "tally"])
    def test_the_database_refuses_counts_that_do_not_add_up(
        self, database: Database, connection: Connection, table: str
    ) -> None:
        start(database)
        load(database, RUN, batch(apart(1)))

        with pytest.raises(psycopg.errors.CheckViolation, match=f"{table}_nothing_lost"):
            connection.execute(f"UPDATE newswire.{table} SET received = received + 1")

    def test_a_run_is_the_sum_of_its_batches(self, database: Database) -> None:
        start(database)
        load(database, RUN, batch(apart(1), apart(2), number=0))
        load(database, RUN, batch(apart(2), apart(3), number=1))

        assert runs.totals(database, RUN) == Tally(received=4, added=3, unchanged=1)
        assert runs.next_batch(database, RUN) == 2

    def test_each_source_has_its_own_tally_even_of_zeros(self, database: Database) -> None:
        tallies = load(
            database,
            RUN,
            batch(
                apart(1, source="wire"),
                apart(1, source="agency"),
                apart(2, source="agency"),
                failed=(Failed("down", "https://down.example/", "refused", "no answer", 0.1),),
                finished=(Finished("down", "refused: no answer"),),
            ),
        )

        assert {name: (one.received, one.added) for name, one in tallies.items()} == {
            "wire": (1, 1),
            "agency": (2, 2),
            "down": (0, 0),
        }

    def test_copies_are_counted_among_what_was_added_and_revised(self, database: Database) -> None:
        tallies = load(
            database,
            RUN,
            batch(dispatch("a"), dispatch("b"), dispatch("c", source="agency"), apart(1)),
        )

        assert sum(tallies.values(), Tally()) == Tally(received=4, added=4, duplicates=2)

    def test_versions_in_one_batch_count_each(self, database: Database) -> None:
        versions = [apart(1), apart(1, headline="Changed", position=0, updated_at=NOON)]

        assert load(database, RUN, batch(*versions))["wire"] == Tally(2, added=1, revised=1)


class TestAgain:
    EVERYTHING = batch(
        apart(1),
        apart(2),
        dispatch("a"),
        dispatch("b", source="agency"),
        withdrawal("urn:gone"),
        apart(3, headline="with a NUL: \x00"),
        finished=(Finished("wire"),),
    )

    def test_the_same_batch_of_the_same_run_does_nothing_and_says_the_same(
        self, database: Database, connection: Connection
    ) -> None:
        first = load(database, RUN, self.EVERYTHING)
        before = counts(connection)

        again = load(database, RUN, self.EVERYTHING)

        assert again == first
        assert [one.seconds for one in again.values()] == [one.seconds for one in first.values()]
        assert counts(connection) == before

    def test_the_same_content_in_another_run_adds_only_what_tells_of_the_run(
        self, database: Database, connection: Connection
    ) -> None:
        load(database, RUN, self.EVERYTHING)
        before = counts(connection)

        tallies = load(database, LATER, self.EVERYTHING)

        assert sum(tallies.values(), Tally()) == Tally(received=6, unchanged=5, rejected=1)
        assert counts(connection) == before | {
            "poll": 2 * before["poll"],
            "tally": 2 * before["tally"],
        }

    def test_a_dispatch_met_again_was_seen_again(
        self, database: Database, connection: Connection
    ) -> None:
        load(database, RUN, batch(apart(1), apart(2)))
        load(database, LATER, batch(apart(1), sightings=(sighting(apart(2)),)))

        assert column(
            connection, "SELECT count(*) FROM newswire.dispatch WHERE last_seen_at > first_seen_at"
        ) == [2]

    def test_another_wrapping_is_remembered_so_that_it_is_not_cleaned_again(
        self, database: Database, connection: Connection
    ) -> None:
        load(database, RUN, batch(apart(1)))
        load(database, LATER, batch(apart(1, item_digest=b"other markup")))

        assert column(connection, "SELECT item_digest FROM newswire.dispatch") == [b"other markup"]

    def test_an_older_version_beside_a_change_does_not_pass_for_the_text(
        self, database: Database, connection: Connection
    ) -> None:
        hour = timedelta(hours=1)
        first = apart(1, updated_at=NOON, position=1)
        second = apart(1, headline="Second", updated_at=NOON + hour)
        third = apart(1, headline="Third", updated_at=NOON + 2 * hour)
        load(database, RUN, batch(first))
        load(database, RUN, batch(first, second, number=1))

        load(database, LATER, batch(first, third))

        assert column(connection, "SELECT item_digest FROM newswire.dispatch") == [
            third.item_digest
        ]

    def test_the_digest_of_a_withdrawal_does_not_pass_for_that_of_the_text(
        self, database: Database, connection: Connection
    ) -> None:
        for number, met in enumerate((apart(1), withdrawal("urn:oriel:1"))):
            load(database, RUN, batch(met, number=number))
        load(database, LATER, batch(withdrawal("urn:oriel:1")))

        assert column(connection, "SELECT item_digest FROM newswire.dispatch") == [
            apart(1).item_digest
        ]


class TestABatchThatWasPreparedTooEarly:
    @pytest.mark.parametrize(
        "meanwhile",
        [
            pytest.param(apart(2, headline="Another headline"), id="another state came"),
            pytest.param(withdrawal("urn:oriel:2"), id="it was withdrawn"),
        ],
    )
    def test_is_not_loaded_where_what_it_recognised_has_changed(
        self, database: Database, connection: Connection, meanwhile: Dispatch
    ) -> None:
        load(database, RUN, batch(apart(1), apart(2)))
        early = batch(apart(3), sightings=(sighting(apart(1)), sighting(apart(2))), number=2)
        load(database, RUN, batch(meanwhile, number=1))
        before = counts(connection)

        with pytest.raises(Outdated):
            load(database, RUN, early)

        assert counts(connection) == before

    def test_is_not_loaded_where_what_it_recognised_is_gone(
        self, database: Database, connection: Connection
    ) -> None:
        with pytest.raises(Outdated):
            load(database, RUN, batch(apart(1), sightings=(sighting(apart(2)),)))

        assert column(connection, "SELECT count(*) FROM newswire.dispatch") == [0]

    def test_is_loaded_where_something_else_has(self, database: Database) -> None:
        load(database, RUN, batch(apart(1), apart(2)))
        early = batch(apart(3), sightings=(sighting(apart(1)),), number=2)
        load(database, RUN, batch(apart(2, headline="Another headline"), number=1))

        assert load(database, RUN, early)["wire"] == Tally(2, added=1, unchanged=1)

    def test_is_not_looked_at_again_once_it_is_loaded(self, database: Database) -> None:
        load(database, RUN, batch(apart(1)))
        early = batch(apart(2), sightings=(sighting(apart(1)),), number=1)
        first = load(database, RUN, early)
        load(database, RUN, batch(apart(1, headline="Another headline"), number=2))

        assert load(database, RUN, early) == first


class TestTheTransaction:
    FEED = document("a feed", location="https://wire.example/feed")

    def test_stores_bytes_poll_and_cursor_with_what_they_led_to(
        self, database: Database, connection: Connection
    ) -> None:
        load(database, RUN, batch(apart(1), documents=(self.FEED,)))

        assert connection.execute(
            "SELECT sha256, body, first_received_at FROM newswire.document"
        ).fetchall() == [(self.FEED.sha256, b"a feed", NOON)]
        assert connection.execute(
            "SELECT source, location, run_id, outcome, sha256, documents, seconds, error"
            " FROM newswire.poll"
        ).fetchall() == [("wire", self.FEED.location, RUN, "new", self.FEED.sha256, 1, 0.5, None)]
        assert connection.execute(
            "SELECT source, location, stamp, sha256 FROM newswire.cursor"
        ).fetchall() == [("wire", self.FEED.location, "1:2:3", self.FEED.sha256)]

    def test_bytes_received_twice_are_stored_once(
        self, database: Database, connection: Connection
    ) -> None:
        copies = (self.FEED, replace(self.FEED, source="agency"), replace(self.FEED, location="b"))
        load(database, RUN, batch(documents=copies))
        load(database, LATER, batch(documents=copies))

        assert counts(connection)["document"] == 1
        assert counts(connection)["poll"] == 6

    def test_a_path_may_be_longer_than_an_index_entry(
        self, database: Database, connection: Connection
    ) -> None:
        names = "".join(Random(1).choices(ascii_letters, k=3900))
        long = document("far below", location=names)
        refused = Rejection("wire", names, "read", "empty", "nothing in it", long.sha256)

        load(database, RUN, batch(documents=(long,), rejections=(refused,)))
        load(database, LATER, batch(documents=(long,), rejections=(refused,)))

        assert counts(connection)["cursor"] == counts(connection)["rejection"] == 1
        [known] = cursors(connection, "wire", [names, "elsewhere"]).values()
        assert (known.location, known.sha256) == (names, long.sha256)

    def test_tells_of_what_was_not_read_again(
        self, database: Database, connection: Connection
    ) -> None:
        moved = received(self.FEED).cursor
        unread = replace(
            batch(),
            fetched=(
                Unmodified("wire", "https://wire.example/", "not_modified", 0.2, 304),
                Unmodified("wire", ".", "unchanged", 0.1, documents=900),
                Unmodified("wire", self.FEED.location, "unchanged", 0.1, cursor=moved),
                Failed("wire", "b.txt", "unreadable", "a message with \x00", 0.1),
            ),
        )

        assert load(database, RUN, unread) == {"wire": Tally()}
        assert connection.execute(
            "SELECT outcome, http_status, documents, sha256, error FROM newswire.poll"
            " ORDER BY outcome, documents"
        ).fetchall() == [
            ("failed", None, 1, None, "unreadable: a message with \ufffd"),
            ("not_modified", 304, 1, None, None),
            ("unchanged", None, 1, self.FEED.sha256, None),
            ("unchanged", None, 900, None, None),
        ]
        assert column(connection, "SELECT location FROM newswire.cursor") == [self.FEED.location]

    @pytest.mark.parametrize("table", TABLES)
    def test_that_fails_at_any_step_leaves_nothing_and_can_be_run_again(
        self, database: Database, connection: Connection, table: str
    ) -> None:
        whole = batch(
            apart(1), dispatch("a"), dispatch("b"), apart(2, headline="\x00"),
            documents=(self.FEED,), finished=(Finished("wire"),),
        )  # fmt: skip
        connection.execute(
            f"""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE disk_full; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON newswire.{table} EXECUTE FUNCTION fail();
            """
        )

        with pytest.raises(psycopg.errors.DiskFull):
            load(database, RUN, whole)

        assert counts(connection) == dict.fromkeys(TABLES, 0)
        connection.execute(f"DROP TRIGGER fail ON newswire.{table}")
        assert load(database, RUN, whole)["wire"] == Tally(4, added=3, rejected=1, duplicates=1)


def test_a_document_read_once_more_brings_nothing_old_back(
    database: Database, connection: Connection
) -> None:
    old, new = document("old feed"), document("new feed", location="two.xml")
    first = apart(1, sha256=old.sha256)
    load(database, RUN, batch(first, documents=(old,)))
    load(
        database,
        RUN,
        batch(apart(1, headline="Changed", sha256=new.sha256), documents=(new,), number=1),
    )

    tallies = load(database, LATER, batch(first, documents=(), reread=(old,)))

    assert tallies["wire"] == Tally(1, unchanged=1)
    assert headlines(connection) == ["Changed"]

    with pytest.raises(Outdated):  # what comes back later is not what stands
        load(database, LATER, batch(sightings=(sighting(first),), number=1))
    assert load(database, LATER, batch(first, number=1))["wire"] == Tally(1, revised=1)
    assert headlines(connection) == ["Story 1"]
