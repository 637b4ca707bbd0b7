"""What an archive holds apart from when and by which run it came to hold it."""

from typing import Any

from psycopg.rows import dict_row

from flows.load.database import Database

# Tables that tell of runs rather than of news.
OF_RUNS = {"migration", "poll", "run", "tally"}
# Columns that say when, or by which run. What a dispatch says of its own times is content, but of
# one that says nothing a signature has when it was first seen.
OF_THE_MOMENT = {
    "at",
    "first_received_at",
    "first_seen_at",
    "last_seen_at",
    "month",
    "next_poll_at",
    "recorded_at",
    "rejected_at",
    "run_id",
}
# Of these only whether they are set is the same in every run.
SET_OR_NOT = {"resolved_at", "superseded_at"}

Rows = list[tuple[tuple[str, Any], ...]]


def contents(database: Database) -> dict[str, Rows]:
    """Every row of every table that holds news, sorted, without its moments."""
    with database.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        tables = cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'newswire' ORDER BY tablename"
        ).fetchall()
        return {
            table: sorted(map(_timeless, cursor.execute(f"SELECT * FROM {table}")), key=repr)
            for table in (row["tablename"] for row in tables)
            if table not in OF_RUNS
        }


def counts(database: Database) -> dict[str, int]:
    """The counts of all runs together."""
    with database.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "SELECT sum(received) AS received, sum(added) AS added, sum(revised) AS revised,"
            " sum(unchanged) AS unchanged, sum(rejected) AS rejected, sum(duplicates) AS duplicates"
            " FROM run"
        )
        return dict(cursor.fetchone() or {})


def states(database: Database) -> list[str]:
    """How the runs ended, in the order they began."""
    with database.connect() as connection:
        rows = connection.execute("SELECT state FROM run ORDER BY started_at").fetchall()
        return [state for (state,) in rows]


def _timeless(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (column, (value is not None) if column in SET_OR_NOT else value)
        for column, value in row.items()
        if column not in OF_THE_MOMENT
    )


def query(database: Database, text: str) -> list[Any]:
    """What a query gives: rows, or of one column its values."""
    with database.connect() as connection:
        rows = connection.execute(text.encode()).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]


def dispatches(database: Database) -> dict[str, int]:
    """How many dispatches each source has."""
    return dict(query(database, "SELECT source, count(*) FROM dispatch GROUP BY source"))
