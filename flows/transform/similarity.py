"""Similarity: whether one of two dispatches is a copy of the other, and of what kind.

Everything here is a function of the two texts, when they were published and who sent them: never
of what else has been stored, so that the answer is the same whatever came before.

The measures are over shingles (see `fingerprint`): the Jaccard index is the share of both texts
together that stands in both, the containment the share of the shorter one that stands in the
other. The thresholds were found on a labelled corpus of French and English agency copy, of which
each constant's comment gives the figures; `tests/benchmarks/dedup.py` measures them anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from flows.model import Opening, Relation
from flows.transform.fingerprint import SHORT_WORDS, Hashes, Signature

# Copies appear within 13 h (republications) and 29 h (new versions) in 95 of 100 cases; what is
# alike and further apart recurs.
REACH: Final = timedelta(hours=48)

# Of true copies 87 in 100 reach this containment, of the other pairs in the same 48 h hardly any
# that are not bulletins (which the figures tell apart).
CONTAINMENT: Final = 0.60
# The rest is rewritten further down, but begins alike: of the copies between the two thresholds
# 86 in 100 share this much of lead or headline, of the other pairs 50 in 100.
CONTAINMENT_WITH_OPENING: Final = 0.45
OPENING: Final = 0.30
# A short text of under a quarter of the other's length is an excerpt, cut out rather than
# rewritten: 8 in 10 true ones stand in the other to this share, while below it as many are the
# lead that follow-ups on the same topic repeat.
EXCERPT_LENGTH: Final = 0.25
EXCERPT_CONTAINMENT: Final = 0.75
# Fewer shingles in common (11 words) are a phrase, not a copy.
FEWEST_SHARED: Final = 8

# News stands at the head. A later text under a headline of its own, whose lead is nowhere in the
# earlier one (a tenth is a turn of phrase; any limit of .05 to .2 parts the same pairs), quotes it
# or goes on to it where much of the rest is new too: it is another story, that only holds this one.
# (Of 79 pairs without a lead in common 2 were of one story, 75 were texts made of two dispatches
# and what they do not open with.) Outlets put a lead of their own over agency copy: four fifths of
# what comes after it make a copy. An agency rewrites its own story as it goes on: half will do.
OWN_LEAD: Final = 0.10
MOSTLY: Final = 0.80
MOSTLY_OF_ONE_SOURCE: Final = 0.50

# A bulletin that recurs says other numbers in the same places. At any distance it takes most of
# the places they share; from half a day apart, when new versions have become rare and tomorrow's
# bulletin is due, more than one in seven. (True copies contradict in more than one place in 2 of
# 100 cases, daily bulletins in 95.)
FEWEST_CONTRADICTED: Final = 3
FEWEST_CONTRADICTED_LATER: Final = 2
AGREEING_PER_CONTRADICTED_LATER: Final = 6
LATER: Final = timedelta(hours=14)

# Same text: what differs is a slip of the pen or a footer.
SAME: Final = 0.97

_PLACE_BITS: Final = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much two texts have in common, where one is a copy of the other."""

    shared: int  # shingles in both
    containment: float  # 0..1, in the one with fewer shingles
    jaccard: float  # 0..1
    opening: Opening

    @property
    def same_text(self) -> bool:
        """Whether the two say the same from beginning to end."""
        return self.containment >= SAME and self.jaccard >= SAME


def compare(
    later: Signature, earlier: Signature, apart: timedelta, *, same_source: bool = False
) -> Verdict | None:
    """What two dispatches published `apart` have in common; None where neither holds the other."""
    shared = _shared(later.shingles, earlier.shingles)
    if shared < FEWEST_SHARED:
        return None
    lengths = len(later.shingles), len(earlier.shingles)
    containment = shared / min(lengths)
    if containment < CONTAINMENT_WITH_OPENING:
        return None
    alike = _open_alike(later, earlier)
    if not _is_contained(later, earlier, containment, alike) or _figures_contradict(
        later, earlier, apart
    ):
        return None
    opening: Opening = "same"
    if not alike:
        mostly = MOSTLY_OF_ONE_SOURCE if same_source else MOSTLY
        own = _has_own_news(later, earlier, shared, mostly)
        if own and not apart:  # which of the two is the later one nobody knows
            own = _has_own_news(earlier, later, shared, mostly)
        opening = "own" if own else "moved"
    return Verdict(shared, containment, shared / (sum(lengths) - shared), opening)


def _open_alike(a: Signature, b: Signature) -> bool:
    return _overlap(a.lead, b.lead) >= OPENING or _jaccard(a.title, b.title) >= OPENING


def _has_own_news(later: Signature, earlier: Signature, shared: int, mostly: float) -> bool:
    """Whether the lead of one is not in the other, and of the rest less than `mostly`, 0..1."""
    rest = len(later.shingles) - len(later.lead)
    return shared < mostly * rest and _shared(later.lead, earlier.shingles) < OWN_LEAD * len(
        later.lead
    )


def _is_contained(a: Signature, b: Signature, containment: float, alike: bool) -> bool:
    """Whether so much of one in the other, at least CONTAINMENT_WITH_OPENING, is enough."""
    shorter, longer = sorted((a.words, b.words))
    if shorter < SHORT_WORDS and shorter < EXCERPT_LENGTH * longer:
        return containment >= EXCERPT_CONTAINMENT
    if containment >= CONTAINMENT:
        return True
    return alike


def _figures_contradict(a: Signature, b: Signature, apart: timedelta) -> bool:
    """Whether the two put other numbers and weekdays in places they have in common."""
    places = _shared(_places(a.figures), _places(b.figures))
    if places < FEWEST_CONTRADICTED_LATER:
        return False
    both = np.intersect1d(a.figures, b.figures, assume_unique=True)
    agreeing = len(_places(both))
    contradicted = places - agreeing
    if contradicted >= FEWEST_CONTRADICTED and contradicted > agreeing:
        return True
    return (
        abs(apart) >= LATER
        and contradicted >= FEWEST_CONTRADICTED_LATER
        and contradicted * AGREEING_PER_CONTRADICTED_LATER > agreeing
    )


def relation(verdict: Verdict, *, same_source: bool, other_item: bool = False) -> Relation:
    """What the later of a verified pair is to the earlier.

    `other_item`: the identifiers of the two name two news items, so that neither is a version of
    the other although one source sent both.
    """
    if not same_source:
        return "republication"
    again = verdict.same_text or other_item or verdict.opening == "own"
    return "repost" if again else "revision"


@dataclass(frozen=True, slots=True)
class Pair:
    """A verified pair: `copy` is the later of the two, by time and then by id."""

    copy: UUID
    original: UUID
    jaccard: float
    share: float  # of the copy's shingles, how many stand in the original
    opening: Opening = "same"


def roots(published: Mapping[UUID, datetime], pairs: Iterable[Pair]) -> dict[UUID, UUID]:
    """For each copy the dispatch its family began with.

    From each dispatch the best of its pairs leads one step back (one that opens alike, then the
    highest Jaccard index, then the highest share, then the earliest original), and from there on
    to one that is nobody's copy. What opens with news of its own is led nowhere by what it
    quotes. Families are never joined through a text that was made of two dispatches: it follows
    the one it begins with. Does not depend on the order of `pairs`.
    """
    best: dict[UUID, Pair] = {}

    def rank(pair: Pair) -> tuple[bool, float, float, float, int]:
        return (
            pair.opening == "same",
            pair.jaccard,
            pair.share,
            -published[pair.original].timestamp(),
            -pair.original.int,
        )

    for pair in pairs:
        rival = best.get(pair.copy)
        if pair.opening == "own":
            continue
        if rival is None or rank(pair) > rank(rival):
            best[pair.copy] = pair
    found: dict[UUID, UUID] = {}
    for copy in sorted(best, key=lambda one: (published[one], one)):
        original = best[copy].original
        found[copy] = found.get(original, original)
    return found


def _shared(a: Hashes, b: Hashes) -> int:
    """How many two sorted arrays without repeats have in common."""
    both = np.concatenate((a, b))
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _places(figures: Hashes) -> Hashes:
    places = figures >> _PLACE_BITS
    if len(places) > 1:
        places = places[np.concatenate(([True], places[1:] != places[:-1]))]
    return places


def _overlap(a: Hashes, b: Hashes) -> float:
    shorter = min(len(a), len(b))
    return _shared(a, b) / shorter if shorter else 0.0


def _jaccard(a: Hashes, b: Hashes) -> float:
    shared = _shared(a, b)
    together = len(a) + len(b) - shared
    return shared / together if together else 0.0
