"""The stored documents behind open rejections, a few at a time."""

from typing import Any

import psycopg
from psycopg.rows import class_row

from flows.load.statements import statement
from flows.model import Document

# Where the listing begins: before every source, location and digest.
START = ("", "", "")


def rejected_documents(
    connection: psycopg.Connection[Any],
    source: str | None,
    after: tuple[str, str, str],
    most: int,
) -> list[Document]:
    """Up to `most` documents with open rejections, of one source or of all.

    In the order of (source, location, sha256), after the given one: what is rejected again stays
    open, and must not be met twice.
    """
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        cursor.execute(
            statement("rejected_documents"),
            {
                "source": source,
                "after": after[0],
                "after_location": after[1],
                "after_sha256": after[2],
                "most": most,
            },
        )
        return cursor.fetchall()
