"""Migrations: each file once, whoever starts at the same time, and never a doubt of what was."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from flows.errors import DatabaseError
from flows.load.database import Database
from flows.load.migrate import migrate, read_migrations, statements

Write = Callable[..., Path]


@pytest.fixture
def blank(postgres: str) -> Iterator[Database]:
    """A database that has had no migration."""
    name = f"blank_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield Database(postgres.replace("/newswire?", f"/{name}?", 1))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write migrations: name=SQL, numbered in the order given."""

    def write(**files: str) -> Path:
        for number, (name, text) in enumerate(files.items(), start=1):
            (tmp_path / f"{number:04}_{name}.sql").write_text(text, "utf-8")
        return tmp_path

    return write


def fetch(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return connection.execute(query.encode()).fetchall()


STORY = "CREATE TABLE newswire.story (headline text);"
FILL = "INSERT INTO newswire.story SELECT 'Tide table ' || n FROM generate_series(1, 100) AS n;"
INDEX = """-- newswire: no transaction
-- A comment; with a semicolon.
CREATE INDEX CONCURRENTLY IF NOT EXISTS story_by_headline ON newswire.story (headline);
COMMENT ON INDEX newswire.story_by_headline IS 'found by; its headline';
"""


def test_the_projects_own_migrations_apply_to_a_blank_database(blank: Database) -> None:
    applied = migrate(blank.connect)

    assert applied == [migration.name for migration in read_migrations_of_the_project()]
    assert fetch(blank, "SELECT name FROM newswire.migration ORDER BY name") == [
        (name,) for name in applied
    ]
    assert migrate(blank.connect) == []


def read_migrations_of_the_project() -> list[Path]:
    return sorted((Path(__file__).resolve().parents[2] / "sql" / "migrations").glob("*.sql"))


def test_only_what_is_new_is_applied(blank: Database, write: Write) -> None:
    assert migrate(blank.connect, write(story=STORY)) == ["0001_story.sql"]
    assert migrate(blank.connect, write(story=STORY, fill=FILL)) == ["0002_fill.sql"]
    assert fetch(blank, "SELECT count(*) FROM newswire.story") == [(100,)]


@pytest.mark.parametrize("last", [FILL, INDEX], ids=["in a transaction", "concurrently"])
def test_many_starters_at_once_apply_each_file_once(
    blank: Database, write: Write, last: str
) -> None:
    folder = write(
        story=STORY, slow="SELECT pg_sleep(0.2)", fill=FILL, last=last.replace("1, 100", "1, 0")
    )
    together = threading.Barrier(6)

    def start(_number: int) -> list[str]:
        together.wait()
        return migrate(blank.connect, folder)

    with ThreadPoolExecutor(6) as pool:
        applied = sorted(pool.map(start, range(6)))

    assert applied[:5] == [[]] * 5
    assert len(applied[5]) == 4
    assert fetch(blank, "SELECT count(*) FROM newswire.story") == [(100,)]


WHO_HOLDS_THE_LOCK = """CREATE TABLE newswire.holder AS
SELECT a.state, a.backend_xmin IS NULL AS without_snapshot
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database();
"""


@pytest.mark.parametrize("isolation", ["read%5C%20committed", "repeatable%5C%20read"])
def test_the_lock_is_held_by_a_transaction_that_does_nothing_else(
    blank: Database, write: Write, isolation: str
) -> None:
    default = f"{blank.dsn}&options=-c%20default_transaction_isolation%3D{isolation}"
    migrate(Database(default).connect, write(holder=WHO_HOLDS_THE_LOCK))

    assert fetch(blank, "SELECT * FROM newswire.holder") == [("idle in transaction", True)]


def test_the_lock_outlasts_what_the_server_allows_an_idle_transaction(
    blank: Database, write: Write
) -> None:
    impatient = Database(f"{blank.dsn}&options=-c%20idle_in_transaction_session_timeout%3D300ms")

    migrate(impatient.connect, write(long="SELECT pg_sleep(0.6)", holder=WHO_HOLDS_THE_LOCK))

    assert fetch(blank, "SELECT state FROM newswire.holder") == [("idle in transaction",)]


def test_a_file_that_fails_leaves_nothing_and_says_where(blank: Database, write: Write) -> None:
    folder = write(story=STORY, fault=f"{FILL}\n\nSELECT 1 FROM newswire.nowhere;\n")

    with pytest.raises(DatabaseError, match=r"0002_fault\.sql, line 3, failed: .*nowhere") as error:
        migrate(blank.connect, folder)

    assert "\n" not in str(error.value)
    assert fetch(blank, "SELECT count(*) FROM newswire.story") == [(0,)]
    assert migrate(blank.connect, write(story=STORY, fault=FILL)) == ["0002_fault.sql"]


def test_an_index_left_invalid_by_a_broken_off_build_is_built_again(
    blank: Database, write: Write
) -> None:
    migrate(blank.connect, write(story=STORY, fill=FILL + FILL))
    with (
        blank.connect(autocommit=True) as connection,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        connection.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY story_by_headline ON newswire.story (headline)"
        )

    migrate(blank.connect, write(story=STORY, fill=FILL + FILL, index=INDEX))

    assert fetch(
        blank,
        "SELECT indisvalid, indisunique, obj_description(indexrelid) FROM pg_index"
        " WHERE indexrelid = 'newswire.story_by_headline'::regclass",
    ) == [(True, False, "found by; its headline")]


def test_line_endings_are_no_edit(blank: Database, write: Write) -> None:
    folder = write(story=STORY + "\n-- end\n")
    migrate(blank.connect, folder)
    (folder / "0001_story.sql").write_bytes(STORY.encode() + b"\r\n-- end\r\n")

    assert migrate(blank.connect, folder) == []


def test_an_edited_file_is_named(blank: Database, write: Write) -> None:
    migrate(blank.connect, write(story=STORY))

    with pytest.raises(DatabaseError, match=r"0001_story\.sql was edited after"):
        migrate(blank.connect, write(story=STORY + " "))


def test_a_database_of_a_newer_newswire_is_refused(blank: Database, write: Write) -> None:
    migrate(blank.connect, write(story=STORY, fill=FILL)).clear()
    (write(story=STORY) / "0002_fill.sql").unlink()

    with pytest.raises(DatabaseError, match=r"has had 0002_fill\.sql, .*update this checkout"):
        migrate(blank.connect, write(story=STORY))


def test_a_file_that_ends_the_transaction_itself_is_refused(blank: Database, write: Write) -> None:
    with pytest.raises(DatabaseError, match=r"0001_story\.sql ends its transaction itself"):
        migrate(blank.connect, write(story=f"{STORY} COMMIT;"))


def test_a_user_who_may_not_create_is_told_so(blank: Database, write: Write) -> None:
    read_only = Database(f"{blank.dsn}&options=-c%20default_transaction_read_only%3Don")

    with pytest.raises(DatabaseError, match=r"cannot be prepared .*read-only"):
        migrate(read_only.connect, write(story=STORY))

    migrate(blank.connect, write(story=STORY))
    assert migrate(read_only.connect, write(story=STORY)) == []


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["0001_a.sql", "0003_b.sql"], "0003_b.sql: number 0002 was expected"),
        (["0001_a.sql", "0001_b.sql"], "0001_b.sql: number 0002 was expected"),
        (["0002_a.sql"], "0002_a.sql: number 0001 was expected"),
        (["first.sql"], "first.sql: a migration is named like"),
        ([], "holds no migrations"),
    ],
    ids=["gap", "double", "no first", "no number", "none"],
)
def test_files_are_numbered_without_gap(tmp_path: Path, names: list[str], complaint: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1")

    with pytest.raises(DatabaseError, match=complaint):
        read_migrations(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT ';'; SELECT \";\"", ["SELECT ';'", 'SELECT ";"']),
        ("SELECT 'it''s;'", ["SELECT 'it''s;'"]),
        (r"SELECT E'\';'; SELECT 2", [r"SELECT E'\';'", "SELECT 2"]),
        ("DO $$ BEGIN NULL; END $$; SELECT 2", ["DO $$ BEGIN NULL; END $$", "SELECT 2"]),
        ("DO $a$ ; $$ ; $a$", ["DO $a$ ; $$ ; $a$"]),
        ("SELECT 1 -- one; two\n; SELECT 2", ["SELECT 1 -- one; two", "SELECT 2"]),
        ("/* a; b */ SELECT 1;", ["/* a; b */ SELECT 1"]),
        ("-- only; a comment\n;;\n", []),
    ],
)
def test_a_semicolon_ends_a_statement_only_outside_of_quotes(
    text: str, expected: list[str]
) -> None:
    assert list(statements(text)) == expected
