"""What the archive's tables need at night."""

from typing import Any

import psycopg

from flows.load.database import Database
from flows.load.relate import lock
from flows.load.statements import statement


def prune_polls(database: Database, days: int) -> int:
    """Forgets polls older than `days` that found nothing; returns how many."""
    with database.connect(autocommit=True) as connection:
        return connection.execute(statement("prune_polls"), {"days": days}).rowcount


def shelve_months(database: Database, months: int) -> int:
    """Drops the postings of fingerprints older than `months` months; returns how many months.

    A month is a transaction, since loads wait for it. Nothing is lost: what is compared with an
    old month has its postings made anew.
    """
    shelved = 0
    with database.connect(autocommit=True) as connection:
        while _shelve(connection, months):
            shelved += 1
    return shelved


def _shelve(connection: psycopg.Connection[Any], months: int) -> int:
    with connection.transaction():
        lock(connection)
        return connection.execute(statement("shelve"), {"months": months}).rowcount


def analyze(database: Database) -> None:
    """Refreshes the statistics of every table of the archive."""
    with database.connect(autocommit=True) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = 'newswire'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"ANALYZE {table}".encode())
