"""Compares stretches of the archive anew, a slice at a time, so that it can be gone on with."""

from dataclasses import dataclass
from datetime import datetime

from flows.load.database import Database
from flows.load.relate import lock, relate
from flows.load.statements import statement
from flows.transform.fingerprint import prepare


@dataclass(frozen=True, slots=True)
class Stretch:
    """The dispatches published, or else first seen, from `since` to before `until`."""

    since: datetime | None = None  # None: from the first
    until: datetime | None = None  # None: to the last

    @property
    def bounds(self) -> dict[str, datetime | None]:
        """As statements take them."""
        return {"since": self.since, "until": self.until}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many dispatches of a stretch have been compared, and how many are left."""

    compared: int
    remaining: int


def progress(database: Database, stretch: Stretch) -> Progress:
    """How far the comparison of this very stretch has come, here or in a run before."""
    with database.connect(autocommit=True) as connection:
        row = connection.execute(statement("compare/left"), stretch.bounds).fetchone()
        assert row is not None
        return Progress(*row)


def compare_slice(database: Database, stretch: Stretch, most: int) -> int:
    """Compares the next of a stretch, `most` at once, and notes in the same transaction how far
    it has come; returns how many there were. 0: the stretch is done, and may begin again.

    What has no signature gets one, and what has is compared as if it were new: the outcome is
    that of loading it now.
    """
    with database.connect(autocommit=True) as connection, connection.transaction():
        lock(connection)
        rows = connection.execute(
            statement("compare/next"), stretch.bounds | {"most": most}
        ).fetchall()
        if not rows:
            connection.execute(statement("compare/finish"), stretch.bounds)
            return 0
        signatures = {
            dispatch_id: prepare(headline, body) for dispatch_id, _, headline, body in rows
        }
        relate(connection, signatures, anew=True)
        last, at, *_ = rows[-1]
        position = {"at": at, "dispatch_id": last, "compared": len(rows)}
        connection.execute(statement("compare/move"), stretch.bounds | position)
        return len(rows)
