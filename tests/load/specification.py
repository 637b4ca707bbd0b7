"""What relating must come to, worked out from all dispatches at once, the slow and plain way."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from uuid import UUID

from flows.load.relate import FEWEST_SHARED, MOST_DISPATCHES, MOST_STORIES
from flows.model import Dispatch, Opening
from flows.transform.fingerprint import SHORT_WORDS, Signature, prepare
from flows.transform.similarity import REACH, Pair, compare, roots

Month = tuple[int, int]


def expected(dispatches: Sequence[Dispatch]) -> tuple[set[Pair], dict[UUID, UUID]]:
    """The pairs, and the root of each copy. Every dispatch says when it was published."""
    when = {one.dispatch_id: _at(one) for one in dispatches}
    ordered = sorted(dispatches, key=lambda one: (when[one.dispatch_id], one.dispatch_id))
    signatures = {one.dispatch_id: prepare(one.headline, one.body) for one in dispatches}
    common = _boilerplate(ordered, signatures)
    pairs = {_pair(first, copy, 1, 1) for first, copy in _same_texts(ordered)}
    for earlier, later in combinations(ordered, 2):
        if later.text_digest == earlier.text_digest or _at(later) - _at(earlier) > REACH:
            continue
        a, b = signatures[earlier.dispatch_id], signatures[later.dispatch_id]
        known = common[_month(earlier)] | common[_month(later)]
        shared = set(a.fingerprints.tolist()) & set(b.fingerprints.tolist()) - known
        short = min(a.words, b.words) < SHORT_WORDS
        if len(shared) >= (1 if short else FEWEST_SHARED):
            verdict = compare(
                b, a, _at(later) - _at(earlier), same_source=earlier.source == later.source
            )
            if verdict is not None:
                share = verdict.shared / len(b.shingles)
                pairs.add(_pair(earlier, later, verdict.jaccard, share, verdict.opening))
    return pairs, roots(when, pairs)


def _at(one: Dispatch) -> datetime:
    assert one.published_at is not None
    return one.published_at


def _month(one: Dispatch) -> Month:
    return _at(one).year, _at(one).month


def _pair(
    earlier: Dispatch, later: Dispatch, jaccard: float, share: float, opening: Opening = "same"
) -> Pair:
    return Pair(later.dispatch_id, earlier.dispatch_id, jaccard, share, opening)


def _boilerplate(
    dispatches: Sequence[Dispatch], signatures: dict[UUID, Signature]
) -> dict[Month, set[int]]:
    stories: dict[tuple[Month, int], list[int]] = defaultdict(list)
    for one in dispatches:
        fingerprints = signatures[one.dispatch_id].fingerprints.tolist()
        for fingerprint in fingerprints:
            stories[_month(one), fingerprint].append(fingerprints[0])
    common: dict[Month, set[int]] = defaultdict(set)
    for (month, fingerprint), carriers in stories.items():
        if len(set(carriers)) > MOST_STORIES or len(carriers) > MOST_DISPATCHES:
            common[month].add(fingerprint)
    return common


def _same_texts(ordered: Sequence[Dispatch]) -> list[tuple[Dispatch, Dispatch]]:
    first: dict[bytes, Dispatch] = {}
    found = []
    for one in ordered:
        if one.text_digest is not None:
            original = first.setdefault(one.text_digest, one)
            if original is not one:
                found.append((original, one))
    return found
