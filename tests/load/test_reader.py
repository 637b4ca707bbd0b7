"""The reading role sees every table, those of later migrations too, but no raw documents."""

from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[Any]


def test_it_reads_every_table_and_view_but_the_documents(connection: Connection) -> None:
    hidden = connection.execute(
        "SELECT c.relname FROM pg_class AS c"
        " WHERE c.relnamespace = 'newswire'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
        " AND NOT has_table_privilege('newswire_reader', c.oid, 'SELECT')"
    ).fetchall()

    assert hidden == [("document",)]


@pytest.mark.parametrize("action", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_it_writes_none(connection: Connection, action: str) -> None:
    assert not connection.execute(
        "SELECT c.relname FROM pg_class AS c"
        " WHERE c.relnamespace = 'newswire'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_table_privilege('newswire_reader', c.oid, %s)",
        [action],
    ).fetchall()
