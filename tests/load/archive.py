"""What tests of loading load, and what they ask the archive."""

from typing import Any
from uuid import UUID

import psycopg

from flows.model import Dispatch
from tests.records import dispatch

Connection = psycopg.Connection[Any]
RUN, LATER = UUID(int=1), UUID(int=2)

TABLES = ("document", "dispatch", "revision", "duplicate", "rejection", "cursor", "poll", "tally")


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table: connection.execute(f"SELECT count(*) FROM newswire.{table}").fetchall()[0][0]
        for table in TABLES
    }


def column(connection: Connection, query: str, *values: object) -> list[Any]:
    """The first column of what a query gives."""
    return [row[0] for row in connection.execute(query, values)]


def headlines(connection: Connection) -> list[str]:
    """The headlines as they stand, sorted."""
    return column(connection, "SELECT headline FROM newswire.dispatch ORDER BY headline")


def apart(number: int, **fields: Any) -> Dispatch:
    """A dispatch like no other."""
    return dispatch(
        f"urn:oriel:{number}",
        **{"headline": f"Story {number}", "body": f"Lock number {number} opened. " * 8, **fields},
    )
