"""What the archive's tables need at night."""

from flows.load.database import Database
from flows.load.statements import statement


def prune_polls(database: Database, days: int) -> int:
    """Forgets polls older than `days` that found nothing; returns how many."""
    with database.connect(autocommit=True) as connection:
        return connection.execute(statement("prune_polls"), {"days": days}).rowcount


def analyze(database: Database) -> None:
    """Refreshes the statistics of every table of the archive."""
    with database.connect(autocommit=True) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = 'newswire'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"ANALYZE {table}".encode())
