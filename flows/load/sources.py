"""The sources as the archive knows them: what they are, which are due, how far they were read."""

from collections.abc import Collection, Sequence
from typing import Any

import psycopg
from psycopg.rows import class_row

from flows.load.statements import statement
from flows.model import Cursor, Source

_FIELDS = (
    "name", "kind", "location", "format", "agency", "language", "timezone", "every", "enabled",
)  # fmt: skip


def record_catalogue(connection: psycopg.Connection[Any], sources: Sequence[Source]) -> None:
    """Makes the archive's sources those of the catalogue; what is gone from it is not polled."""
    record_sources(connection, sources)
    connection.execute(statement("retire"), {"names": [source.name for source in sources]})


def record_sources(connection: psycopg.Connection[Any], sources: Sequence[Source]) -> None:
    """Adds these sources, or brings their rows up to date."""
    columns = {field: [getattr(source, field) for source in sources] for field in _FIELDS}
    connection.execute(statement("catalogue"), columns)


def stored_sources(connection: psycopg.Connection[Any]) -> list[Source]:
    """Every source the archive knows, by name."""
    with connection.cursor(row_factory=class_row(Source)) as cursor:
        cursor.execute(
            "SELECT name, kind, location, format, agency, language, timezone, every, enabled"
            " FROM newswire.source ORDER BY name"
        )
        return cursor.fetchall()


def due(connection: psycopg.Connection[Any], names: Collection[str]) -> list[str]:
    """Which of these are enabled and due, the longest waiting first."""
    return [row[0] for row in connection.execute(statement("due"), {"names": list(names)})]


def cursors(
    connection: psycopg.Connection[Any], source: str, locations: Collection[str]
) -> dict[str, Cursor]:
    """How far these locations of a source have been read; unread ones are missing."""
    with connection.cursor(row_factory=class_row(Cursor)) as cursor:
        cursor.execute(statement("cursors_known"), {"source": source, "locations": list(locations)})
        return {row.location: row for row in cursor}
