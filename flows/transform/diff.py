"""Diff: which words of one text were left out, put in or replaced to make another."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import groupby
from typing import Final, Literal

Operation = Literal["equal", "delete", "insert", "replace"]

# The matcher visits each pair of equal tokens of a range to find the longest run in it, then looks
# at what is left on either side. Above this many pairs at once, which two unrelated texts of
# 10,000 words reach, paragraphs are aligned first.
MOST_PAIRS: Final = 2_000_000
# Of all visits together: some two seconds' worth. Reached where next to nothing is in its place.
MOST_VISITS: Final = 20_000_000

# Words that happen to be equal amid rewritten ones: fewer than this in a row are not told apart,
# where more than they was changed on both sides.
FEWEST_EQUAL_WORDS: Final = 3

# White space and what follows it: a number with its decimals, a word with the apostrophe of its
# elision (l', qu'), or one sign; at the end of the text, nothing.
_TOKEN: Final = re.compile(r"(\s*)(\d+(?:[.,:]\d+)*\w*|\w+['’]?|[^\w\s]|\Z)")
_WORD: Final = re.compile(r"\w+")
_SPACE: Final = re.compile(r"\s*")
_SENTENCE_END: Final = re.compile(r"[.!?…][\"”»)]*\s*|\n+")
_PARAGRAPH: Final = re.compile(r"[^\n]*\n+|[^\n]+\Z")

_Block = tuple[str, int, int, int, int]  # as difflib's opcodes: what, from a[i1:i2], to b[j1:j2]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of both texts: the `before` of all changes is the one text, the `after` the other.

    Either is empty where nothing of that text stands here; both are the same for "equal".
    """

    before: str
    after: str

    @property
    def operation(self) -> Operation:
        """What became of `before`."""
        if self.before == self.after:
            return "equal"
        if not self.after:
            return "delete"
        return "replace" if self.before else "insert"


def diff(before: str, after: str) -> list[Change]:
    """What was changed, in order, to make `after` of `before`; equal and changed take turns.

    Compares words, signs and the white space between them. Where too much differs for that it
    compares paragraphs first, then the words of those that differ, and gives what is left when
    MOST_VISITS are spent as replaced whole: beyond them the time is in proportion to the length
    of the texts.
    """
    budget = _Budget(MOST_VISITS)
    changes = _diff_words(before, after, budget)
    if changes is None:
        changes = _diff_paragraphs(before, after, budget)
    return _tidied(changes)


@dataclass(slots=True)
class _Budget:
    visits: int


class _Matcher(SequenceMatcher[str]):
    """difflib's matcher, that looks no further when its budget is spent."""

    def __init__(self, a: Sequence[str], b: Sequence[str], budget: _Budget) -> None:
        super().__init__(None, a, b, autojunk=False)
        self.budget = budget
        places = Counter(b)
        self.weights = [1 + places[one] for one in a]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        visits = sum(self.weights[alo:ahi])
        if visits > self.budget.visits:
            return Match(alo, blo, 0)
        self.budget.visits -= visits
        return super().find_longest_match(alo, ahi, blo, bhi)


def _diff_words(before: str, after: str, budget: _Budget) -> list[Change] | None:
    """None where paragraphs should be aligned first."""
    a, b = _TOKEN.findall(before), _TOKEN.findall(after)
    # Aligned by the words alone: spaces are so many that they would cost most of the time, and
    # so alike that they would be matched across the text.
    blocks = _align([word for _, word in a], [word for _, word in b], budget)
    if blocks is None:
        return None
    changes: list[Change] = []
    for what, i1, i2, j1, j2 in blocks:
        if what == "equal":
            for (space, word), (other, _) in zip(a[i1:i2], b[j1:j2], strict=True):
                changes += (Change(space, other), Change(word, word))
        else:
            changes.append(Change(_text(a[i1:i2]), _text(b[j1:j2])))
    return changes


def _diff_paragraphs(before: str, after: str, budget: _Budget) -> list[Change]:
    a, b = _PARAGRAPH.findall(before), _PARAGRAPH.findall(after)
    changes: list[Change] = []
    for what, i1, i2, j1, j2 in _align(a, b, budget) or [("replace", 0, len(a), 0, len(b))]:
        one, other = "".join(a[i1:i2]), "".join(b[j1:j2])
        refined = _diff_words(one, other, budget) if what == "replace" else None
        changes += refined or [Change(one, other)]
    return changes


def _align(a: Sequence[str], b: Sequence[str], budget: _Budget) -> list[_Block] | None:
    """Which runs of two sequences are equal; None where there are more than MOST_PAIRS to see.

    What both begin and end with is set aside first: versions of a long text mostly differ in one
    place.
    """
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    matcher = _Matcher(a[head : len(a) - tail], b[head : len(b) - tail], budget)
    if sum(matcher.weights) > MOST_PAIRS:
        return None
    return [
        ("equal", 0, head, 0, head),
        *(
            (what, i1 + head, i2 + head, j1 + head, j2 + head)
            for what, i1, i2, j1, j2 in matcher.get_opcodes()
        ),
        ("equal", len(a) - tail, len(a), len(b) - tail, len(b)),
    ]


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """How many items two sequences begin with alike."""
    for number, (one, other) in enumerate(zip(a, b, strict=False)):
        if one != other:
            return number
    return min(len(a), len(b))


def _text(tokens: Iterable[tuple[str, str]]) -> str:
    return "".join(space + word for space, word in tokens)


def _tidied(changes: Iterable[Change]) -> list[Change]:
    runs = list(_merged(changes))
    for place in range(1, len(runs) - 1):
        island = runs[place]
        if island.operation == "equal" and _is_island(runs[place - 1], island, runs[place + 1]):
            # Left out and put in again: together with its neighbours one replacement.
            runs[place] = Change(island.before, "")
            runs[place + 1] = Change(runs[place + 1].before, island.after + runs[place + 1].after)
    trimmed = _merged(part for run in _merged(runs) for part in _trimmed(run))
    return list(_merged(_slid(list(trimmed))))


def _slid(changes: list[Change]) -> Iterator[Change]:
    """What was put in or cut out reaches to the end of its last sentence or paragraph.

    Where ". Four sank" stands between "It blew" and ". It rained", "Four sank. " stands between
    "It blew. " and "It rained" just as well, and that is how it is read.
    """
    for place, one in enumerate(changes):
        if one.operation in {"insert", "delete"} and place + 1 < len(changes):
            text, following = one.before or one.after, changes[place + 1].before
            same = text[: _common(text, following)]
            ends = [
                end for found in _SENTENCE_END.finditer(same) if (end := found.end()) < len(text)
            ]
            cut = ends[-1] if ends else 0
            yield Change(text[:cut], text[:cut])
            text = text[cut:] + text[:cut]
            yield Change(text, "") if one.before else Change("", text)
            changes[place + 1] = Change(following[cut:], changes[place + 1].after[cut:])
        else:
            yield one


def _merged(changes: Iterable[Change]) -> Iterator[Change]:
    """Neighbours of a kind made one, and nothing empty."""
    filled = (one for one in changes if one.before or one.after)
    for _, run in groupby(filled, key=lambda one: one.operation == "equal"):
        parts = list(run)
        yield Change("".join(one.before for one in parts), "".join(one.after for one in parts))


def _is_island(former: Change, island: Change, following: Change) -> bool:
    words = _count_words(island.before)
    return (
        words < FEWEST_EQUAL_WORDS
        and "\n" not in island.before
        and all(
            max(_count_words(one.before), _count_words(one.after)) > words
            for one in (former, following)
        )
    )


def _count_words(text: str) -> int:
    return len(_WORD.findall(text))


def _trimmed(change: Change) -> Iterator[Change]:
    """White space that both sides begin or end with is not part of what was replaced."""
    before, after = change.before, change.after
    if change.operation != "replace":
        yield change
        return
    head = _common_space(before, after)
    tail = _common_space(before[head:][::-1], after[head:][::-1])
    yield Change(before[:head], after[:head])
    yield Change(before[head : len(before) - tail], after[head : len(after) - tail])
    yield Change(before[len(before) - tail :], after[len(after) - tail :])


def _common_space(a: str, b: str) -> int:
    spaces = _SPACE.match(a), _SPACE.match(b)
    return _common(*(found[0] if found else "" for found in spaces))
