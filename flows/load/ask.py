"""Answers the command's questions: rows as dictionaries, from the statements in sql/ask/."""

from collections.abc import Iterable
from functools import cache
from itertools import chain, count
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from flows.errors import NewswireError
from flows.settings import SQL

# Four hexadecimal digits of an id: one of 65,536, which a person may well remember.
SHORTEST_PREFIX = 4

Connection = psycopg.Connection[Any]


def rows(connection: Connection, question: str, **values: object) -> list[dict[str, Any]]:
    """The rows of sql/ask/<question>.sql."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_statement(question), values).fetchall()


def find(connection: Connection, name: str) -> UUID:
    """The one dispatch meant by an id, the beginning of one, an external id or a URL.

    Raises NewswireError where there is none, or more than one.
    """
    digits = name.lower().replace("-", "")
    found: list[dict[str, Any]] = []
    if len(digits) in range(SHORTEST_PREFIX, 33) and not set(digits) - set("0123456789abcdef"):
        first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        found = rows(connection, "find_by_id", first=first, last=last)
    found = found or rows(connection, "find_by_name", name=name)
    if not found:
        raise NewswireError(f'no dispatch "{name}": give an id that `newswire search` printed')
    if len(found) > 1:
        ids = ", ".join(str(one["dispatch_id"]) for one in found[:5])
        raise NewswireError(f'"{name}" may mean {len(found)} dispatches or more: {ids}')
    return UUID(str(found[0]["dispatch_id"]))


def query(connection: Connection, text: str) -> list[dict[str, Any]]:
    """The rows of any statement, in a transaction that cannot write.

    Raises NewswireError with PostgreSQL's own words where it refuses the statement.
    """
    try:
        with connection.transaction(), connection.cursor() as cursor:
            connection.execute("SET TRANSACTION READ ONLY")
            # Prepared, it can be one statement only: a COMMIT in front of others would end the
            # transaction, and what follows it could write.
            cursor.execute(text.encode("utf-8", "replace"), prepare=True)
            names = _distinct(column.name for column in cursor.description or ())
            return [dict(zip(names, row, strict=True)) for row in cursor] if names else []
    except psycopg.ProgrammingError as error:
        if "multiple commands" in str(error):
            raise NewswireError(
                "one statement at a time; `newswire sql -f FILE` runs as many as there are"
            ) from None
        if error.sqlstate is None and "COPY" in str(error):
            raise NewswireError('COPY is for psql: psql "$(newswire dsn)" -c "COPY …"') from None
        raise NewswireError(f"PostgreSQL says: {_words(error)}") from None
    except psycopg.Error as error:
        raise NewswireError(f"PostgreSQL says: {_words(error)}") from None


def _distinct(names: Iterable[str]) -> list[str]:
    """The names of columns, numbered where they repeat: no column may hide behind another."""
    distinct: list[str] = []
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        distinct.append(next(one for one in chain([name], numbered) if one not in distinct))
    return distinct


def _words(error: psycopg.Error) -> str:
    message = error.diag.message_primary or str(error).strip().partition("\n")[0]
    hint = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
    return f"{message}{hint}"


@cache
def _statement(question: str) -> bytes:
    return (SQL / "ask" / f"{question}.sql").read_bytes()
