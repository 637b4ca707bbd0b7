"""The command: what it prints, how it ends, and one line for whatever goes wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from flows import cli
from flows.load.database import Database
from flows.settings import PROJECT, settings
from tests.conftest import TEMPLATE
from tests.flow import story

SEEDS = PROJECT / "seeds"
KNOWN_AT = str(PROJECT / "sql" / "queries" / "known_at.sql")
GLACIER = SEEDS / "dispatches" / "en" / "001_etalieres-glacier-lake.txt"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Newswire = Callable[..., Ended]


@pytest.fixture(scope="module")
def seeded(postgres: str) -> Iterator[Database]:
    """An archive of the seeds."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        database = Database(postgres.replace("/newswire?", f"/{name}?", 1))
        story.tell(database, SEEDS / "sources.toml")
        yield database
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def archive(seeded: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """That archive, named by the settings."""
    monkeypatch.setenv("NEWSWIRE_DATABASE_URL", seeded.dsn)
    return seeded


@pytest.fixture
def newswire(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Newswire]:
    """Runs the command in this process, as its entry point does."""

    def run(*arguments: str) -> Ended:
        settings.cache_clear()
        monkeypatch.setattr(sys, "argv", ["newswire", *arguments])
        with pytest.raises(SystemExit) as ending:
            cli.main()
            sys.exit(0)
        code = ending.value.code
        printed = capfdbinary.readouterr()
        return Ended(
            code if isinstance(code, int) else 0,
            printed.out.decode("utf-8", "surrogateescape"),
            printed.err.decode(),
        )

    yield run
    settings.cache_clear()


def start(*arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import main; main()", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def one(archive: Database, source: str, external_id: str) -> str:
    with archive.connect() as connection:
        row = connection.execute(
            "SELECT dispatch_id::text FROM dispatch WHERE source = %s AND external_id = %s",
            [source, external_id],
        ).fetchone()
        assert row
        return str(row[0])


class TestListings:
    @pytest.mark.parametrize(
        ("arguments", "kind"),
        [
            (["status"], dict),
            (["sources", "list"], list),
            (["search", "glacier"], list),
            (["search", "nothing-has-this-word"], list),
            (["show", "001_etalieres-glacier-lake.txt"], dict),
            (["rejections", "list"], list),
            (["rejections", "list", "--all"], list),
            (["sql", "SELECT now(), 1.5, ARRAY['é'], NULL, '\\x00ff'::bytea"], list),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_every_one_is_also_json(
        self, arguments: list[str], kind: type, newswire: Newswire, archive: Database
    ) -> None:
        plain = newswire(*arguments)
        ended = newswire(*arguments, "--json")

        assert (plain.code, ended.code, ended.err) == (0, 0, "")
        assert isinstance(json.loads(ended.out), kind)

    def test_search_finds_and_show_leads_to_the_bytes(
        self, newswire: Newswire, archive: Database
    ) -> None:
        printed = newswire("search", "etalieres emptied overnight", "--language", "en", "--json")
        (found,) = [hit for hit in json.loads(printed.out) if hit["source"] == "ngw-en"]

        shown = newswire("show", found["dispatch_id"])
        raw = newswire("show", found["dispatch_id"][:13], "--bytes")

        assert found["headline"] in shown.out
        assert raw.out.encode("utf-8", "surrogateescape") == GLACIER.read_bytes()
        assert (raw.code, raw.err) == (0, "")

    def test_rejections_say_what_and_why(self, newswire: Newswire, archive: Database) -> None:
        rows = json.loads(newswire("rejections", "list", "--source", "ngw-en", "--json").out)

        assert [(row["item"], row["stage"], row["code"]) for row in rows] == [
            ("090_not-a-text-binary.txt", "read", "binary")
        ]

    def test_sql_runs_a_query_of_the_library(self, newswire: Newswire, archive: Database) -> None:
        ended = newswire("sql", "-f", str(PROJECT / "sql" / "queries" / "language_mix.sql"))

        assert ended.code == 0
        assert "alp-fr" in ended.out

    def test_sql_fails_where_psql_does(self, newswire: Newswire, archive: Database) -> None:
        ended = newswire("sql", "-f", KNOWN_AT, "-v", "at=junk")

        assert ended.code == 1
        assert "invalid input syntax" in ended.err

    @pytest.mark.parametrize(
        "option", ["search_path%3Dnewswire", "default_transaction_read_only%3Doff"]
    )
    def test_sql_cannot_write_whatever_options_the_address_has(
        self,
        option: str,
        newswire: Newswire,
        archive: Database,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("NEWSWIRE_DATABASE_URL", f"{archive.dsn}&options=-c%20{option}")
        (tmp_path / "write.sql").write_text("CREATE TABLE newswire.mine ();")

        ended = newswire("sql", "-f", str(tmp_path / "write.sql"))

        assert ended.code == 1
        assert "cannot execute CREATE TABLE in a read-only transaction" in ended.err

    def test_sql_shows_no_password_among_the_arguments(
        self,
        newswire: Newswire,
        archive: Database,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        programs = {name: f"echo '{name} (PostgreSQL) 16.2'" for name in ("postgres", "initdb")}
        programs["psql"] = """printf '%s\\n' "$@"; echo "by environment: $PGPASSWORD\""""
        for name, line in programs.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("NEWSWIRE_POSTGRES_BIN", str(tmp_path))
        monkeypatch.setenv("NEWSWIRE_DATABASE_URL", f"{archive.dsn}&password=scarecrow")

        *arguments, password = newswire("sql").out.splitlines()

        assert password == "by environment: scarecrow"
        assert any("default_transaction_read_only=on" in each for each in arguments)
        assert not any("scarecrow" in each for each in arguments)

    def test_markup_in_a_text_is_text(self, newswire: Newswire, archive: Database) -> None:
        ended = newswire("sql", "SELECT '[bold]x[/nope]' AS \"[red]h\"")

        assert "[bold]x[/nope]" in ended.out
        assert "[red]h" in ended.out

    def test_migrate_says_where_it_stands(self, newswire: Newswire, archive: Database) -> None:
        ended = newswire("migrate")

        assert (ended.code, ended.out) == (0, "")
        assert ended.err.startswith("the archive is up to date: ")

    def test_sources_check_says_that_all_is_well(self, newswire: Newswire) -> None:
        assert newswire("sources", "check").err.endswith("5 sources, 5 enabled; all well\n")


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["ingest", "/no/such/place"], 2, "/no/such/place: no such file or folder"),
            (["ingest", "-s", "ngw-em"], 2, 'no source "ngw-em": did you mean "ngw-en"?'),
            (["ingest", "-s", "zzz"], 2, 'no source "zzz": `newswire sources list` names them'),
            (["ingest", "--all", "-s", "ngw-en"], 2, "--all goes alone"),
            (["rejections", "retry", "-s", "ngw-em"], 2, 'did you mean "ngw-en"?'),
            (["show", "ffffffff-ffff"], 1, 'no dispatch "ffffffff-ffff": give an id'),
            (["show", "no-such-id"], 1, 'no dispatch "no-such-id": give an id'),
            (["show", "001_etalieres-glacier-lake.txt", "-r", "7"], 1, "has "),
            (["show", "001_etalieres-glacier-lake.txt", "-r", "7", "--bytes"], 1, "has "),
            (["sql", "SELEC 1"], 1, 'PostgreSQL says: syntax error at or near "SELEC"'),
            (["sql", "SELECT 1 FROM nowhere"], 1, 'relation "nowhere" does not exist'),
            (["sql", "DELETE FROM dispatch"], 1, "cannot execute DELETE in a read-only"),
            (["sql", "COMMIT; DELETE FROM dispatch"], 1, "one statement at a time"),
            (["sql", "-f", "/no/such.sql"], 2, "no such file; the queries are in sql/queries/"),
            (["sql", "SELECT 1", "-f", "x.sql"], 2, "give a statement or --file, not both"),
            (["sql", "-f", KNOWN_AT, "-v", "when=now"], 2, "takes at"),
            (["show", "non\udcff"], 2, "non\\udcff: not UTF-8"),
            (["search", " "], 2, "name what to search for"),
            (["sources", "import", "/no/such.opml"], 2, "/no/such.opml: no such file"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_is_said_in_one_line(
        self, arguments: list[str], code: int, said: str, newswire: Newswire, archive: Database
    ) -> None:
        ended = newswire(*arguments)

        assert_one_line(ended, code, said)

    @pytest.mark.parametrize(
        "arguments", [["sqwl"], ["search"], ["show"], ["serve", "--port", "x"]]
    )
    def test_what_is_not_a_command_is_a_matter_of_usage(
        self, arguments: list[str], newswire: Newswire
    ) -> None:
        ended = newswire(*arguments)

        assert ended.code == 2
        assert "Usage: newswire" in ended.err

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[[source]\n", ":1: not TOML: "),
            ('\n[[source]]\nname = "a"\nkind = "folder"\nlocation = "."\nevry = "5m"\n', ":6: "),
            (None, "sources.toml: no such file: create it, or set NEWSWIRE_SOURCES"),
        ],
        ids=["no TOML", "an unknown key", "no file"],
    )
    @pytest.mark.parametrize("command", ["ingest", "sources check", "serve"])
    def test_a_catalogue_that_cannot_be_used(
        self,
        command: str,
        text: str | None,
        said: str,
        *,
        newswire: Newswire,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        catalogue = tmp_path / "sources.toml"
        if text is not None:
            catalogue.write_text(text)
        monkeypatch.setenv("NEWSWIRE_SOURCES", str(catalogue))

        ended = newswire(*command.split())

        assert_one_line(ended, 2, said)
        assert str(catalogue) in ended.err

    @pytest.mark.parametrize(
        ("variable", "value", "code", "said"),
        [
            ("DATABASE_URL", "mysql//x", 2, "is not a PostgreSQL connection string"),
            ("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", 1, "start the server, or"),
            ("HOME", "/proc/nowhere", 2, "choose a folder that you may write to"),
            ("BATCH_DOCUMENTS", "0", 2, "NEWSWIRE_BATCH_DOCUMENTS: "),
            ("POSTGRES_BIN", "/no/such/bin", 2, "/no/such/bin"),
        ],
        ids=["a malformed URL", "a refused connection", "an unwritable home", "a number too small",
             "no binaries"],
    )  # fmt: skip
    @pytest.mark.parametrize("command", ["status", "ingest --all"])
    def test_settings_that_cannot_be_used(
        self,
        command: str,
        variable: str,
        value: str,
        code: int,
        said: str,
        *,
        newswire: Newswire,
        monkeypatch: pytest.MonkeyPatch,
        wide_folder: Path,
    ) -> None:
        monkeypatch.setenv("NEWSWIRE_HOME", str(wide_folder / "home"))
        monkeypatch.setenv(f"NEWSWIRE_{variable}", value)

        ended = newswire(*command.split())

        assert_one_line(ended, code, said)
        assert "secret" not in ended.err

    @pytest.mark.parametrize(
        ("variable", "value", "said"),
        [
            ("PREFECT_API_URL", "http://127.0.0.1:1/api", "no Prefect server answers at http"),
            ("NEWSWIRE_HOME", "/proc/nowhere", "choose a folder that you may write to"),
        ],
    )
    def test_a_prefect_that_cannot_be_used(
        self,
        variable: str,
        value: str,
        said: str,
        *,
        newswire: Newswire,
        archive: Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv(variable, value)

        assert_one_line(newswire("ingest"), 2, said)

    def test_the_beginning_of_several_ids(
        self, newswire: Newswire, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        story.tell(database, SEEDS / "sources.toml")
        with database.connect() as connection:
            connection.execute(
                "UPDATE dispatch SET dispatch_id = overlay(dispatch_id::text PLACING 'abcdef00'"
                " FROM 1)::uuid WHERE source = 'le-fanal'"
            )
        monkeypatch.setenv("NEWSWIRE_DATABASE_URL", database.dsn)

        ended = newswire("show", "abcdef00")

        assert_one_line(ended, 1, "abcdef00")
        assert "9" in ended.err

    @pytest.mark.parametrize(("options", "first"), [(["--json"], b"[\n"), ([], b" many\n")])
    def test_a_reader_that_goes_away(
        self, options: list[str], first: bytes, archive: Database
    ) -> None:
        statement = "SELECT generate_series(1, 30000) AS many"
        process = start("sql", statement, *options, NEWSWIRE_DATABASE_URL=archive.dsn)
        assert process.stdout and process.stderr
        assert process.stdout.readline() == first
        process.stdout.close()

        assert (process.wait(30), process.stderr.read()) == (0, b"")

    def test_ctrl_c(self, archive: Database) -> None:
        process = start("sql", "SELECT pg_sleep(60)", NEWSWIRE_DATABASE_URL=archive.dsn)
        with archive.connect(autocommit=True) as connection:
            asleep = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            give_up = time.monotonic() + 30
            while connection.execute(asleep).fetchone() is None:
                assert time.monotonic() < give_up
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

        assert (process.returncode, out) == (130, b"")
        assert err.decode().splitlines() == [
            "newswire: stopped; what was loaded is loaded, the next run goes on from there"
        ]


def assert_one_line(ended: Ended, code: int, said: str) -> None:
    assert ended.out == ""
    assert ended.err.startswith("newswire: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert ended.code == code


def test_dsn_leads_any_client_there_after_the_command_has_ended(wide_folder: Path) -> None:
    process = start("dsn", NEWSWIRE_HOME=str(wide_folder / "home"))
    out, err = process.communicate(timeout=120)

    assert process.returncode == 0, err
    with psycopg.connect(out.decode().strip()) as connection:
        row = connection.execute("SELECT count(*) FROM newswire.dispatch").fetchone()
    assert row == (0,)
