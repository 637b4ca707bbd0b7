"""The command's questions: what is meant by a name, and statements that cannot write."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.errors import NewswireError
from flows.load import ask, runs
from flows.load.database import Database
from flows.load.sources import record_catalogue
from flows.load.store import load
from flows.model import Dispatch, Failed, Finished
from tests.records import batch, dispatch, source

Connection = psycopg.Connection[Any]

LOCK = dispatch("urn:oriel:lock", url="https://oriel.example/lock_%")
WEIR = dispatch("100%_weir\\", source="agency", body="A weir. " * 9)


@pytest.fixture(autouse=True)
def archive(database: Database) -> None:
    load(database, UUID(int=1), batch(LOCK, WEIR))


def complaint(connection: Connection, statement: str) -> str:
    with pytest.raises(NewswireError) as error:
        ask.query(connection, statement)
    return str(error.value)


def test_columns_of_one_name_stay_apart(connection: Connection) -> None:
    statement = "SELECT 1 AS a, 2 AS a, 3, 4, 5 AS a_2"
    [row] = ask.query(connection, statement)
    assert list(row.values()) == [1, 2, 3, 4, 5]
    assert list(row)[:2] == ["a", "a_2"]


class TestFind:
    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            pytest.param(str(LOCK.dispatch_id), LOCK, id="an id"),
            pytest.param(str(LOCK.dispatch_id).upper(), LOCK, id="an id in capitals"),
            pytest.param(str(LOCK.dispatch_id)[:8], LOCK, id="the beginning of an id"),
            pytest.param(str(LOCK.dispatch_id)[:4], LOCK, id="the shortest beginning"),
            pytest.param("urn:oriel:lock", LOCK, id="an external id"),
            pytest.param("100%_weir\\", WEIR, id="an external id with marks of patterns"),
            pytest.param("https://oriel.example/lock_%", LOCK, id="a link"),
        ],
    )
    def test_takes(self, connection: Connection, name: str, meant: Dispatch) -> None:
        assert ask.find(connection, name) == meant.dispatch_id

    @pytest.mark.parametrize(
        "name",
        ["", "%", "____", "%%%%", str(LOCK.dispatch_id)[:3], "urn:oriel", "'; DROP TABLE run; --"],
    )
    def test_takes_nothing_else(self, connection: Connection, name: str) -> None:
        with pytest.raises(NewswireError, match=r"^no dispatch .*newswire search"):
            ask.find(connection, name)

    def test_names_the_ids_where_more_than_one_is_meant(
        self, database: Database, connection: Connection
    ) -> None:
        copies = [dispatch("shared", source=name) for name in ("a", "b", "c")]
        load(database, UUID(int=1), batch(*copies, number=1))

        with pytest.raises(NewswireError) as error:
            ask.find(connection, "shared")

        assert all(str(one.dispatch_id) in str(error.value) for one in copies)


class TestQuery:
    def test_returns_rows_by_column(self, connection: Connection) -> None:
        assert ask.query(
            connection, "SELECT source, count(*) AS n FROM dispatch GROUP BY 1 ORDER BY 1"
        ) == [{"source": "agency", "n": 1}, {"source": "wire", "n": 1}]

    @pytest.mark.parametrize(
        "statement",
        ["SHOW TimeZone", "EXPLAIN SELECT 1", "VALUES (1)", "TABLE run", "SELECT '%s' LIKE '%'",
         "WITH a AS (SELECT 1) SELECT * FROM a", "SELECT 1;",
         "SELECT '\ud800'", "SELECT 1 -- and no more"],
    )  # fmt: skip
    def test_takes_whatever_reads(self, connection: Connection, statement: str) -> None:
        ask.query(connection, statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM newswire.dispatch",
            "WITH gone AS (DELETE FROM newswire.dispatch RETURNING 1) SELECT * FROM gone",
            "EXPLAIN ANALYZE DELETE FROM newswire.dispatch",
            "DROP SCHEMA newswire CASCADE",
            "CREATE TABLE public.mine ()",
            "COMMIT; DELETE FROM newswire.dispatch",
            "ROLLBACK; DELETE FROM newswire.dispatch; BEGIN",
            "SET TRANSACTION READ WRITE; DELETE FROM newswire.dispatch",
            "DO $$ BEGIN COMMIT; DELETE FROM newswire.dispatch; END $$",
            "DO $$ BEGIN DELETE FROM newswire.dispatch; END $$",
            "COPY newswire.dispatch FROM '/dev/null'",
        ],
    )
    def test_cannot_write(self, database: Database, connection: Connection, statement: str) -> None:
        assert "\n" not in complaint(connection, statement)
        with database.connect() as other:
            assert other.execute("SELECT count(*) FROM newswire.dispatch").fetchall() == [(2,)]
        assert ask.query(connection, "SELECT 1 AS one") == [{"one": 1}]

    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("SELEC 1", "syntax error"),
            ("SELECT * FROM nowhere", 'relation "nowhere" does not exist'),
            ("SELECT headlin FROM dispatch", "dispatch.headline"),
            ("SELECT 1/0", "division by zero"),
            ("SELECT $1", "parameter"),
            ("SELECT 'a", "unterminated"),
            ("SELECT '9999-12-31'::date + 1", ""),
            ("SELECT '\x00'", ""),
        ],
        ids=str,
    )
    def test_says_on_one_line_what_is_wrong(
        self, connection: Connection, statement: str, words: str
    ) -> None:
        said = complaint(connection, statement)

        assert words in said
        assert "\n" not in said
        assert ask.query(connection, "SELECT 1 AS one") == [{"one": 1}]

    def test_sends_those_who_copy_to_psql(self, database: Database) -> None:
        with pytest.raises(NewswireError, match="psql"), database.connect() as own:
            ask.query(own, "COPY newswire.dispatch TO STDOUT")

    def test_of_nothing_is_nothing(self, connection: Connection) -> None:
        assert ask.query(connection, "") == []


class TestRunSources:
    YESTERDAY = UUID(int=2)
    TODAY = UUID(int=3)

    @pytest.fixture(autouse=True)
    def failed_yesterday(self, database: Database, connection: Connection) -> None:
        feed = source("feed", kind="http", location="https://oriel.example/feed")
        record_catalogue(connection, [source("desk"), feed])
        for run_id in (self.YESTERDAY, self.TODAY):
            with runs.running(database, run_id, "ingest"):
                pass
        self.load(
            database,
            self.YESTERDAY,
            Failed("desk", ".", "no_such_folder", "/nowhere/desk: no such folder", 0.1),
            Failed("feed", feed.location, "refused", "no answer", 0.1),
        )

    def load(self, database: Database, run_id: UUID, *failed: Failed) -> None:
        finished = [Finished(one.source, f"{one.code}: {one.message}") for one in failed]
        load(database, run_id, batch(failed=failed, finished=tuple(finished)))

    def errors(self, connection: Connection, run_id: UUID) -> dict[str, str | None]:
        rows = ask.rows(connection, "run_sources", run_id=run_id)
        return {row["source"]: row["error"] for row in rows}

    def test_tell_why_a_source_failed_in_this_run(self, connection: Connection) -> None:
        assert self.errors(connection, self.YESTERDAY) == {
            "desk": "no_such_folder: /nowhere/desk: no such folder",
            "feed": "refused: no answer",
        }

    def test_do_not_tell_of_other_runs(self, database: Database, connection: Connection) -> None:
        # A part of a source, or a document read again: its record stays as it was.
        known = [dispatch("urn:oriel:pier", source=name) for name in ("desk", "feed")]
        load(database, self.TODAY, batch(*known))

        assert self.errors(connection, self.TODAY) == {"desk": None, "feed": None}
        assert self.errors(connection, self.YESTERDAY)["feed"] == "refused: no answer"

    def test_do_not_take_a_file_for_its_folder(
        self, database: Database, connection: Connection
    ) -> None:
        busy = Failed("desk", "a.txt", "still_written", "a.txt: still being written", 0.1)
        load(database, self.TODAY, batch(failed=(busy,)))

        assert self.errors(connection, self.TODAY) == {"desk": None}
