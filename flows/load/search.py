"""Fills the full-text index from what the loads have left for it."""

from typing import Any

import psycopg

from flows.load.database import Database
from flows.load.statements import statement

# Rows a transaction: about half a second of work, lost at most where the step is killed.
ROWS_AT_ONCE = 1000


def index_text(database: Database) -> int:
    """Builds the search terms of every waiting dispatch; returns how many there were."""
    done = 0
    with database.connect(autocommit=True) as connection:
        while taken := index_some(connection):
            done += taken
    return done


def index_some(connection: psycopg.Connection[Any], most: int = ROWS_AT_ONCE) -> int:
    """Builds the terms of up to `most` dispatches in one transaction; 0 where none waits."""
    with connection.transaction():
        rows = connection.execute(statement("take_pending"), {"most": most}).fetchall()
        if rows:
            dispatch_ids = [row[0] for row in rows]
            connection.execute(statement("index_text"), {"dispatch_ids": dispatch_ids})
    return len(rows)
