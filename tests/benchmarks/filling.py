"""Fills an archive with generated dispatches, as fast as PostgreSQL takes them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import psycopg

from flows.load.copying import copy_binary
from flows.load.database import Database
from flows.transform.fingerprint import Signature, to_bytes

SPAN = timedelta(days=90)
TOGETHER = 10_000
# What an agency dispatch of average length has of each.
WORDS, SHINGLES, FINGERPRINTS, LEAD, TITLE, FIGURES = 350, 340, 44, 37, 10, 6


def fill(database: Database, number: int, until: datetime) -> None:
    """Stores `number` dispatches of 50 sources, evenly over the three months before `until`.

    They share no shingle with one another or with a real text: what they cost is their presence.
    """
    with database.connect(autocommit=True) as connection:
        index = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'fingerprint_by_hash'"
        ).fetchall()[0][0]
        connection.execute("DROP INDEX fingerprint_by_hash")
        chance = np.random.default_rng(0)
        for start in range(0, number, TOGETHER):
            places = range(start, min(number, start + TOGETHER))
            times = [until - SPAN + SPAN * (place / number) for place in places]
            with connection.transaction():
                _fill_some(connection, chance, times)
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute(index)
        connection.execute("VACUUM (ANALYZE) dispatch, signature, fingerprint, duplicate")
        connection.execute("CHECKPOINT")


def _fill_some(
    connection: psycopg.Connection, chance: np.random.Generator, times: Sequence[datetime]
) -> None:
    signatures = [_signature(chance) for _ in times]
    connection.execute("CREATE TEMPORARY TABLE filling (LIKE signature) ON COMMIT DROP")
    copy_binary(
        connection,
        "filling",
        {
            "dispatch_id": "uuid",
            "source": "text",
            "at": "timestamptz",
            "month": "int4",
            "words": "int4",
            "text_digest": "bytea",
            "fingerprints": "int8[]",
            "content": "bytea",
        },
        (
            (
                UUID(bytes=chance.bytes(16)),
                f"generated {place % 50}",
                at,
                at.year * 12 + at.month - 1,
                WORDS,
                chance.bytes(32),
                one.fingerprints.view(np.int64).tolist(),
                to_bytes(one),
            )
            for place, (at, one) in enumerate(zip(times, signatures, strict=True))
        ),
    )
    for statement in _statements():
        connection.execute(statement)


def _statements() -> Iterator[bytes]:
    yield b"INSERT INTO signature SELECT * FROM filling"
    yield (
        b"INSERT INTO fingerprint (hash, at, dispatch_id, month)"
        b" SELECT h.hash, at, dispatch_id, month"
        b" FROM filling CROSS JOIN unnest(fingerprints) AS h (hash)"
    )
    yield (
        b"INSERT INTO dispatch (dispatch_id, source, external_id, revision, status, headline, body,"
        b" published_at, published_precision, word_count, first_seen_at, last_seen_at, item_digest,"
        b" content_digest, text_digest)"
        b" SELECT dispatch_id, source, dispatch_id::text, 1, 'usable', 'Generated', 'Generated',"
        b" at, 'second', words, at, at, text_digest, text_digest, text_digest FROM filling"
    )
    # Three in five are copies of one of the other two.
    yield (
        b"INSERT INTO duplicate"
        b" SELECT copy, original, 'republication', 1, 0.8, 'same' FROM (SELECT dispatch_id AS copy,"
        b" first_value(dispatch_id) OVER (PARTITION BY place / 5 ORDER BY place) AS original, place"
        b" FROM (SELECT dispatch_id, row_number() OVER (ORDER BY at) AS place FROM filling) AS one"
        b") AS family WHERE place % 5 > 1"
    )
    yield (
        b"UPDATE dispatch AS d SET duplicate_of = p.of_dispatch_id"
        b" FROM duplicate AS p JOIN filling USING (dispatch_id) WHERE d.dispatch_id = p.dispatch_id"
    )


def _signature(chance: np.random.Generator) -> Signature:
    def some(length: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        hashes = chance.integers(0, 2**64, size=length, dtype=np.uint64)
        hashes.sort()
        return hashes

    shingles = some(SHINGLES)
    return Signature(
        words=WORDS,
        shingles=shingles,
        fingerprints=shingles[:: SHINGLES // FINGERPRINTS][:FINGERPRINTS],
        lead=shingles[:LEAD],
        title=some(TITLE),
        figures=some(FIGURES),
    )
