"""Fills the full-text index from what the loads have left for it."""

import psycopg

from flows.load.database import Database
from flows.load.statements import statement

# Rows a transaction: about half a second of work, lost at most where the step is killed.
ROWS_AT_ONCE = 1000


def index_text(database: Database) -> int:
    """Builds the search terms of every waiting dispatch; returns how many there were."""
    done = 0
    with database.connect(autocommit=True) as connection:
        while taken := _some(connection):
            done += taken
    return done


def _some(connection: "psycopg.Connection[tuple[int]]") -> int:
    row = connection.execute(statement("index_text"), {"most": ROWS_AT_ONCE}).fetchone()
    return row[0] if row else 0
