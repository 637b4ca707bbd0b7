"""Relates dispatches: finds, verifies and roots the copies among what is stored.

What comes out is a function of what is stored alone, and of neither the order of arrival nor who
loaded what. Each transaction restores it for everything it touches:

1. A dispatch is placed at the time it was published, or else first seen, and in its month in UTC.
2. A fingerprint is boilerplate for a month in which more than MOST_STORIES stories or more than
   MOST_DISPATCHES dispatches carry it. A story is known by its smallest fingerprint.
3. Candidates are two dispatches within REACH that share FEWEST_SHARED fingerprints, or one where
   either is short, that are boilerplate in neither one's month.
4. Pairs are the candidates of different texts that `similarity.compare` finds to be copies, and
   every dispatch with the first of those that have the same text, at any distance.
5. `duplicate_of` is the root that `similarity.roots` gives for those pairs.

For this to hold one transaction relates at a time: take the lock (`lock`) before the first write
to `dispatch`.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg

from flows.load.copying import copy_binary, copy_rows
from flows.load.statements import statement
from flows.model import Opening, Relation
from flows.transform.fingerprint import SHORT_WORDS, Signature, from_bytes, to_bytes
from flows.transform.identity import news_item
from flows.transform.similarity import REACH, Verdict, compare, relation

logger = logging.getLogger(__name__)

# A footer or a notice stands in hundreds of stories, and the pairs to compare grow with the square:
# without a limit 25,200 of the development corpus's 7,400 texts, with this one 14,800. Anything
# from 15 to 1,000 gave the same families there, so it is a matter of speed and of floods.
MOST_STORIES: Final = 40
# And one bulletin that is sent every hour for a month makes 720.
MOST_DISPATCHES: Final = 1000
# One fingerprint of two long texts may be a run of 19 words, which a quotation has as well.
FEWEST_SHARED: Final = 2

_LIMITS: Final[dict[str, Any]] = {
    "most_stories": MOST_STORIES,
    "most_dispatches": MOST_DISPATCHES,
    "fewest_shared": FEWEST_SHARED,
    "short_words": SHORT_WORDS,
    "reach": REACH,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two dispatches that may be one another's copy."""

    later: UUID
    earlier: UUID
    apart: timedelta
    same_source: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """A candidate that is a copy: a row of `duplicate`."""

    later: UUID
    earlier: UUID
    relation: Relation
    share: float  # 0..1, of the later one's shingles in the earlier
    jaccard: float  # 0..1
    opening: Opening


@dataclass(frozen=True, slots=True)
class Related:
    """What relating some dispatches came to."""

    compared: int = 0
    candidates: int = 0
    verified: int = 0
    seconds: float = 0.0  # all of it
    query_seconds: float = 0.0  # looking up who shares fingerprints, and choosing candidates


def lock(connection: psycopg.Connection[Any]) -> None:
    """Waits until no other transaction relates; lasts to the end of this one."""
    connection.execute(statement("lock_relating"))


def relate(
    connection: psycopg.Connection[Any],
    signatures: Mapping[UUID, Signature],
    *,
    anew: bool = False,
) -> Related:
    """Brings `duplicate` and `duplicate_of` up to date for these dispatches and all they touch.

    The dispatches are stored, as their signatures have them, and the transaction holds the lock;
    it may relate once. What has the same signature as before is passed over, unless `anew`.
    """
    if not signatures:
        return Related()
    started = perf_counter()
    connection.execute(statement("relate/tune"))
    compared = _stage(connection, signatures, anew=anew)
    if not compared:
        return Related()
    _remember(connection, anew=anew)
    asked = perf_counter()
    candidates = _candidates(connection)
    answered = perf_counter()
    pairs = _verify(connection, candidates, signatures)
    _store(connection, pairs)
    related = Related(
        compared, len(candidates), len(pairs), perf_counter() - started, answered - asked
    )
    logger.debug("related: %s", related)
    return related


def _stage(
    connection: psycopg.Connection[Any], signatures: Mapping[UUID, Signature], *, anew: bool
) -> int:
    """Puts what is to be compared into its temporary table; returns how many there are."""
    connection.execute(statement("relate/stage"))
    copy_binary(
        connection,
        "compared",
        {"dispatch_id": "uuid", "words": "int4", "fingerprints": "int8[]", "content": "bytea"},
        (
            (key, one.words, one.fingerprints.view(np.int64).tolist(), to_bytes(one))
            for key, one in signatures.items()
        ),
    )
    placed = connection.execute(statement("relate/place")).rowcount
    passed = 0 if anew else connection.execute(statement("relate/leave_unchanged")).rowcount
    connection.execute("ANALYZE compared")
    return placed - passed


def _remember(connection: psycopg.Connection[Any], *, anew: bool) -> None:
    """Replaces what was known of the compared dispatches by what they are."""
    months = [row[0] for row in connection.execute(statement("relate/unshelve"))]
    if months:
        connection.execute(statement("relate/post_months"), {"months": months})
    connection.execute(statement("relate/forget"))
    if anew:
        connection.execute(statement("relate/forget_stray"))
    connection.execute(statement("relate/remember"))
    connection.execute(statement("relate/restore"), _LIMITS)


def _candidates(connection: psycopg.Connection[Any]) -> list[Candidate]:
    """The pairs that are worth comparing; what turns out to be boilerplate parts its carriers."""
    connection.execute(statement("relate/meet"), _LIMITS)
    common = connection.execute(statement("relate/find_boilerplate"), _LIMITS).fetchall()
    if common:
        columns = {"months": [row[0] for row in common], "hashes": [row[1] for row in common]}
        connection.execute(statement("relate/weaken"), _LIMITS | columns)
        connection.execute(statement("relate/unmeet"), columns)
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(statement("relate/candidates"), _LIMITS).fetchall()
    return [
        Candidate(later, earlier, timedelta(seconds=seconds), same_source)
        for later, earlier, seconds, same_source in rows
    ]


def _verify(
    connection: psycopg.Connection[Any],
    candidates: Sequence[Candidate],
    signatures: Mapping[UUID, Signature],
) -> list[Verified]:
    """Those of the candidates that are copies."""
    named = {one for pair in candidates for one in (pair.later, pair.earlier)}
    known = dict(signatures) | _stored(connection, named - signatures.keys())
    alike = [
        (pair, verdict)
        for pair in candidates
        if (
            verdict := compare(
                known[pair.later],
                known[pair.earlier],
                pair.apart,
                same_source=pair.same_source,
            )
        )
        is not None
    ]
    items = _items(connection, (pair for pair, _ in alike if pair.same_source))
    return [_verified(pair, verdict, known[pair.later], items) for pair, verdict in alike]


def _verified(
    pair: Candidate, verdict: Verdict, later: Signature, items: Mapping[UUID, str]
) -> Verified:
    named = {items[one] for one in (pair.later, pair.earlier) if one in items}
    return Verified(
        pair.later,
        pair.earlier,
        relation(verdict, same_source=pair.same_source, other_item=len(named) == 2),
        verdict.shared / len(later.shingles),
        verdict.jaccard,
        verdict.opening,
    )


def _stored(
    connection: psycopg.Connection[Any], dispatch_ids: Collection[UUID]
) -> dict[UUID, Signature]:
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(statement("relate/contents"), {"dispatch_ids": list(dispatch_ids)})
        return {dispatch_id: from_bytes(content) for dispatch_id, content in rows}


def _items(connection: psycopg.Connection[Any], candidates: Iterable[Candidate]) -> dict[UUID, str]:
    """Which news item each is a version of, where its identifier says so."""
    named = {one for pair in candidates for one in (pair.later, pair.earlier)}
    if not named:
        return {}
    rows = connection.execute(statement("relate/identifiers"), {"dispatch_ids": list(named)})
    return {
        dispatch_id: item
        for dispatch_id, external_id in rows
        if (item := news_item(external_id)) is not None
    }


def _store(connection: psycopg.Connection[Any], pairs: Iterable[Verified]) -> None:
    """Writes the pairs, and points everything they lead to at its root."""
    copy_rows(
        connection,
        "verified",
        ("dispatch_id", "of_dispatch_id", "relation", "share", "jaccard", "opening"),
        (
            (one.later, one.earlier, one.relation, one.share, one.jaccard, one.opening)
            for one in pairs
        ),
    )
    connection.execute("ANALYZE touched_text")
    connection.execute(statement("relate/pair_exact"))
    connection.execute("ANALYZE verified")
    connection.execute(statement("relate/replace"))
    connection.execute("ANALYZE moved")
    connection.execute(statement("relate/reach"))
    connection.execute("ANALYZE reached")
    connection.execute(statement("relate/root"))
    connection.execute("ANALYZE rooted")
    connection.execute(statement("relate/point"))
