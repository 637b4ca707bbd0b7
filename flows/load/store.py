"""Loads a batch: one transaction for its documents, dispatches, cursors and counts together."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from flows.load.copying import copy_rows
from flows.load.database import Database, transient
from flows.load.relate import lock, relate
from flows.load.rows import (
    STAGED_FIELDS,
    columns_of,
    location_of,
    poll,
    rejection_id,
    sources_of,
    staged,
    storable,
    with_seconds,
)
from flows.load.statements import statement
from flows.model import Batch, Failed, Received, Rejection, Sighting, Stored, Tally
from flows.transform.decide import Decision, decide
from flows.transform.fingerprint import Signature, from_bytes

logger = logging.getLogger(__name__)

# Where so many dispatches are refused and not one passes, the fault is not theirs: it is raised,
# and they come again when it is mended.
SUSPICIOUS = 10


class Outdated(Exception):
    """The archive has moved on since the batch was prepared: what was recognised is so no more."""


def states(
    connection: psycopg.Connection[Any], dispatch_ids: Collection[UUID]
) -> dict[UUID, Stored]:
    """What the archive knows of these dispatches; those it does not know are missing."""
    if not dispatch_ids:
        return {}
    rows = connection.execute(statement("states"), {"dispatch_ids": list(dispatch_ids)})
    return {
        row[0]: Stored(row[0], row[1], row[2], row[3], row[4], frozenset(row[5])) for row in rows
    }


def load(database: Database, run_id: UUID, batch: Batch) -> dict[str, Tally]:
    """Loads a batch, all of it or nothing, and returns the tally of each source.

    Loading the same batch of the same run again changes nothing and returns the same tallies. An
    item that PostgreSQL refuses is found by halving and becomes a rejection; errors that say
    nothing of the data (a lost connection, a full disk) are raised, and nothing is stored. Nor is
    it where Outdated is raised: prepare the batch anew.
    """
    started = perf_counter()
    with database.connect(autocommit=True) as connection, connection.transaction():
        connection.execute(
            statement("lock_sources"), {"sources": sorted(sources_of(batch))}, prepare=False
        )
        if done := _tallied(connection, run_id, batch.number):
            return done
        if _is_outdated(connection, batch.sightings):
            raise Outdated
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        return _Loading(connection, run_id, batch, row[0]).run(started)


class _Loading:
    """The steps of one load, inside its transaction."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        run_id: UUID,
        batch: Batch,
        moment: datetime,
    ) -> None:
        self.connection = connection
        self.batch = batch
        self.shared = {"run_id": run_id, "moment": moment}
        self.decided: list[Decision] = []
        self.rejections = list(batch.rejections)
        self.refusal: psycopg.Error | UnicodeError | None = None  # the last, where there was one

    def run(self, started: float) -> dict[str, Tally]:
        self._store_documents()
        known = states(
            self.connection, {dispatch.dispatch_id for dispatch in self.batch.dispatches}
        )
        reread = {document.sha256 for document in self.batch.reread}
        decisions = decide(self.batch.dispatches, known, reread)
        changed = [one for one in decisions if one.outcome != "unchanged"]
        self._write(changed)
        if self.refusal is not None and not self.decided and len(changed) >= SUSPICIOUS:
            raise self.refusal
        relate(self.connection, _signatures(self.decided))
        self.decided += [one for one in decisions if one.outcome == "unchanged"]
        self._touch()
        self._reject()
        self._move_cursors()
        return self._count(self.batch.seconds + perf_counter() - started)

    def _store_documents(self) -> None:
        documents = [one.document for one in self.batch.fetched if isinstance(one, Received)]
        if not documents:
            return
        fields = ("sha256", "media_type", "charset", "base_url", "body", "received_at")
        self.connection.execute(statement("stage_documents"))
        copy_rows(
            self.connection,
            "staged_document",
            fields,
            ([getattr(document, field) for field in fields] for document in documents),
        )
        self.connection.execute(statement("documents"))

    def _write(self, decisions: list[Decision]) -> None:
        """Writes what was added and revised; what cannot be written becomes rejections.

        Halving finds one bad item among a thousand in ten more attempts, and costs nothing where
        all is well. All versions of one dispatch stay together: their revisions are numbered.
        """
        if not decisions:
            return
        try:
            with self.connection.transaction():
                self._write_at_once(decisions)
        except (psycopg.Error, UnicodeError) as error:
            if transient(error) or not _is_about_data(error):
                raise
            halves = _halves(decisions)
            if halves is None:
                self.refusal = error
                self._refuse(decisions, error)
                return
            logger.info("a batch of %d was refused and is split: %s", len(decisions), error)
            for half in halves:
                self._write(half)
        else:
            self.decided += decisions

    def _write_at_once(self, decisions: Sequence[Decision]) -> None:
        self.connection.execute(statement("stage"))
        self.connection.execute("TRUNCATE staged")
        copy_rows(
            self.connection,
            "staged",
            ("revision", "current", "carried", *STAGED_FIELDS),
            (staged(decision) for decision in decisions),
        )
        self.connection.execute("ANALYZE staged")
        # From the lock on loads go one after another: no row of a dispatch is written before it.
        for step in (
            "carry", "supersede", "record", "pend", "lock_relating", "upsert",
        ):  # fmt: skip
            self.connection.execute(statement(step), self.shared)

    def _refuse(self, decisions: Iterable[Decision], error: psycopg.Error | UnicodeError) -> None:
        for decision in decisions:
            dispatch = decision.dispatch
            self.rejections.append(
                Rejection(
                    source=dispatch.source,
                    item=f"{dispatch.location}#{dispatch.position}",
                    stage="load",
                    code="refused",
                    message=f"PostgreSQL refused it: {_first_line(error)}",
                    sha256=dispatch.sha256,
                )
            )

    def _touch(self) -> None:
        # A digest is kept where the item differs although its content does not.
        met: list[tuple[UUID, bytes | None]] = [
            (one.dispatch_id, None) for one in self.batch.sightings
        ]
        met += [
            (one.dispatch.dispatch_id, one.dispatch.item_digest if one.current else None)
            for one in self.decided
            if one.outcome == "unchanged"
        ]
        if met:
            columns = {
                "dispatch_ids": [dispatch_id for dispatch_id, _ in met],
                "item_digests": [digest for _, digest in met],
            }
            # Relating writes the same rows, in an order of its own.
            lock(self.connection)
            self.connection.execute(statement("touch"), self.shared | columns)

    def _reject(self) -> None:
        read = self.batch.read
        places = {(document.source, document.location) for document in read}
        located = [(one, location_of(one, places)) for one in self.rejections]
        keys = [rejection_id(one, location) for one, location in located]
        self.connection.execute(
            statement("resolve"),
            {
                "moment": self.shared["moment"],
                "rejection_ids": keys,
                **columns_of(read, ("source", "location")),
            },
        )
        if self.rejections:
            fields = ("source", "sha256", "item", "stage", "code", "message")
            columns = {"rejection_id": keys, "location": [place for _, place in located]}
            columns |= {
                field: [storable(getattr(one, field)) for one in self.rejections]
                for field in fields
            }
            self.connection.execute(statement("reject"), self.shared | columns)

    def _move_cursors(self) -> None:
        fetched = self.batch.fetched
        if fetched:
            polls = [poll(one) for one in fetched]
            columns = {name: [row[name] for row in polls] for name in polls[0]}
            self.connection.execute(statement("polls"), self.shared | columns)
        cursors = [
            one.cursor for one in fetched if not isinstance(one, Failed) and one.cursor is not None
        ]
        if cursors:
            fields = ("source", "location", "etag", "last_modified", "stamp", "sha256")
            self.connection.execute(statement("cursors"), columns_of(cursors, fields))
        if self.batch.finished:
            columns = {
                "source": [one.source for one in self.batch.finished],
                "error": [storable(one.error) for one in self.batch.finished],
            }
            self.connection.execute(
                statement("finish_sources"), columns | {"moment": self.shared["moment"]}
            )

    def _count(self, seconds: float) -> dict[str, Tally]:
        counts: dict[str, dict[str, int]] = {
            source: defaultdict(int) for source in sources_of(self.batch)
        }
        for sighting in self.batch.sightings:
            counts[sighting.source]["unchanged"] += 1
        for decision in self.decided:
            counts[decision.dispatch.source][decision.outcome] += 1
        for rejection in self.rejections:
            counts[rejection.source]["rejected"] += 1
        for count in counts.values():
            count["received"] = sum(count.values())
        changed = [one.dispatch.dispatch_id for one in self.decided if one.outcome != "unchanged"]
        copies = self.connection.execute(statement("count_copies"), {"dispatch_ids": changed})
        for source, number in copies:
            counts[source]["duplicates"] = number
        tallies = with_seconds(counts, self.batch, seconds)
        self._store_tallies(tallies)
        return tallies

    def _store_tallies(self, tallies: Mapping[str, Tally]) -> None:
        fields = (
            "received", "added", "revised", "unchanged", "rejected", "duplicates", "seconds",
        )  # fmt: skip
        columns = columns_of(list(tallies.values()), fields) | {"source": list(tallies)}
        self.connection.execute(
            statement("tally"), self.shared | columns | {"batch": self.batch.number}
        )
        self.connection.execute(statement("count_run"), self.shared)


def _is_outdated(connection: psycopg.Connection[Any], sightings: Sequence[Sighting]) -> bool:
    columns = columns_of(sightings, ("dispatch_id", "item_digest", "status"))
    row = connection.execute(statement("outdated"), columns).fetchone()
    return row is not None


def _tallied(connection: psycopg.Connection[Any], run_id: UUID, number: int) -> dict[str, Tally]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(statement("tallied"), {"run_id": run_id, "batch": number})
        return {row.pop("source"): Tally(**row) for row in cursor}


def _is_about_data(error: psycopg.Error | UnicodeError) -> bool:
    """Whether the refusal speaks of a value, so that other values may pass.

    SQLSTATE classes 22 (data), 23 (integrity) and 54 (program limits); not 23502, a null where
    none may be, since no value of ours is one: a column is missing, and with it from every item.
    NUL and lone surrogates are refused before they are sent, without a state.
    """
    if isinstance(error, UnicodeError):
        return True
    if error.sqlstate is None:
        return isinstance(error, psycopg.DataError)
    return error.sqlstate[:2] in {"22", "23", "54"} and error.sqlstate != "23502"


def _halves(decisions: list[Decision]) -> tuple[list[Decision], list[Decision]] | None:
    ids = list(dict.fromkeys(one.dispatch.dispatch_id for one in decisions))
    if len(ids) < 2:
        return None
    first = set(ids[: len(ids) // 2])
    return (
        [one for one in decisions if one.dispatch.dispatch_id in first],
        [one for one in decisions if one.dispatch.dispatch_id not in first],
    )


def _signatures(decisions: Iterable[Decision]) -> dict[UUID, Signature]:
    """Of the texts that will stand; a bare withdrawal leaves the text that stands."""
    return {
        one.dispatch.dispatch_id: from_bytes(one.dispatch.signature)
        for one in decisions
        if one.current and not one.carried
    }


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
