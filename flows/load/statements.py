"""The SQL of the load room: one statement a file in sql/load/, read once."""

from functools import cache

from flows.settings import SQL


@cache
def statement(name: str) -> bytes:
    """The text of sql/load/<name>.sql, as psycopg takes it."""
    return (SQL / "load" / f"{name}.sql").read_bytes()
