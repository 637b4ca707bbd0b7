"""Fingerprints: what of a dispatch is kept to find and verify its copies.

Two texts are compared by their shingles, the 64-bit hashes (XXH3) of every four words in a row.
Of these a few are chosen as fingerprints by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing:
Local Algorithms for Document Fingerprinting", SIGMOD 2003): the smallest of every sixteen in a
row. Two texts that share a run of 19 words are therefore sure to share a fingerprint, wherever
the run stands in either of them, so that a truncated excerpt is found as surely as a full copy.

Everything here is for comparison only: the text that is stored and shown is never touched.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

Hashes = npt.NDArray[np.uint64]

SHINGLE_WORDS: Final = 4
# A run of WINDOW + SHINGLE_WORDS - 1 = 19 words is sure to be found, and a dispatch of 380 words
# (the mean of the development corpus) keeps about 2 / (WINDOW + 1) of its shingles: 44.
WINDOW: Final = 16
# Texts below SHORT_WORDS keep the smallest of every SHORT_WINDOW shingles, a superset of what
# WINDOW keeps, so that they meet long texts as before and find one another from 7 words in a row.
# At the limit this is as many fingerprints as a dispatch of 300 words has.
SHORT_WORDS: Final = 80
SHORT_WINDOW: Final = 4
# Nobody writes a dispatch of 30,000 words; what is longer is compared by its beginning, or a single
# document of the largest size allowed would take gigabytes and a million fingerprints.
LONGEST: Final = 200_000  # characters
# The lead of an agency dispatch is its first paragraph: 25 to 40 words in the stylebooks.
LEAD_WORDS: Final = 40

WEEKDAYS: Final = frozenset(
    [
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
)

_MARKS = re.compile("[\u0300-\u036f]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
# "500.000", "500 000" and "500,000" are one number; NFKD has made every space a plain one.
_DIGIT_GROUPS = re.compile(r"(?<=\d)[., '](?=\d{3}(?!\d))")
# "PARIS, 3 juin 2020 (AFP) - ", "WASHINGTON (Reuters) -": up to the dash, on the first line.
_DATELINE = re.compile(r"\A[^\n()]{0,60}\([^\n()]{2,30}\)\s{0,3}[-\u2013\u2014]+")
_WORD = re.compile(r"[^\W_]+")
# Scripts that put no space between words: each letter is taken for a word.
_UNSPACED = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])")


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """What of one dispatch takes part in comparison; every array is sorted and without repeats."""

    words: int
    shingles: Hashes  # of the body
    fingerprints: Hashes  # the shingles chosen to be looked up
    lead: Hashes  # shingles of the first LEAD_WORDS words
    title: Hashes  # words of the headline
    # Numbers and weekdays: high 32 bits name the place (the words on both sides), low the value.
    figures: Hashes


_ARRAYS = ("shingles", "fingerprints", "lead", "title", "figures")


def prepare(headline: str, body: str) -> Signature:
    """The signature of a cleaned dispatch; an empty body gives empty arrays.

    Of headline and body the first LONGEST characters count.
    """
    title = words(headline[:LONGEST])
    text = words(body[:LONGEST])
    shingles = _shingles(text)
    window = WINDOW if len(text) >= SHORT_WORDS else SHORT_WINDOW
    return Signature(
        words=len(text),
        shingles=_distinct(shingles),
        fingerprints=winnow(shingles, window),
        lead=_distinct(shingles[: LEAD_WORDS - SHINGLE_WORDS + 1]),
        title=_distinct(_hashes(title)),
        figures=_figures(title, text),
    )


def to_bytes(signature: Signature) -> bytes:
    """A signature as it is stored: six little-endian uint32 (the number of words, then the length
    of each array in the order of the fields), then the arrays as uint64, little-endian.
    """
    arrays = [getattr(signature, name) for name in _ARRAYS]
    head = np.array([signature.words, *map(len, arrays)], dtype="<u4")
    return head.tobytes() + np.concatenate(arrays).astype("<u8", copy=False).tobytes()


def from_bytes(stored: bytes) -> Signature:
    """The signature that `to_bytes` made these bytes of.

    Raises ValueError where they are not as long as their head says.
    """
    head = np.frombuffer(stored, dtype="<u4", count=1 + len(_ARRAYS))
    hashes = np.frombuffer(stored, dtype="<u8", offset=head.nbytes)
    *ends, last = np.cumsum(head[1:]).tolist()
    if last != len(hashes):
        raise ValueError(f"a signature of {last} hashes is stored as {len(hashes)}")
    starts = [0, *ends]
    parts = [hashes[start:end] for start, end in zip(starts, [*ends, last], strict=True)]
    return Signature(int(head[0]), *parts)


def words(text: str) -> list[str]:
    """The words of a text as they are compared.

    NFKD without accents, casefolded, ligatures opened, digit groups joined, the dateline left
    out. Credit lines and references to other articles stay: leaving them out as well changed no
    figure of the benchmark.
    """
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded.translate(_LIGATURES))
        folded = _UNSPACED.sub(r" \1 ", _MARKS.sub("", folded))
    return _WORD.findall(_DIGIT_GROUPS.sub("", _DATELINE.sub("", folded)))


def winnow(shingles: Hashes, window: int) -> Hashes:
    """The smallest of every `window` shingles in a row, a power of two; of fewer, the smallest.

    `shingles` stand in the order of the text.
    """
    smallest = shingles
    reach = 1
    while reach < window and len(smallest) > reach:
        smallest = np.minimum(smallest[reach:], smallest[:-reach])
        reach *= 2
    if reach < window and len(smallest):
        smallest = smallest.min(keepdims=True)
    return _distinct(smallest)


def _shingles(text: Sequence[str]) -> Hashes:
    """One hash for every SHINGLE_WORDS words in a row; a shorter text is one shingle."""
    if len(text) < SHINGLE_WORDS:
        return _hashes([" ".join(text)] if text else [])
    rows = zip(text, text[1:], text[2:], text[3:], strict=False)
    return _hashes([f"{a} {b} {c} {d}" for a, b, c, d in rows])


def _hashes(strings: Sequence[str]) -> Hashes:
    digests = [xxh3_64_intdigest(string.encode()) for string in strings]
    return np.array(digests, dtype=np.uint64)


def _distinct(hashes: Hashes) -> Hashes:
    """Sorted, without repeats. (np.unique does the same in seven times the time.)"""
    if not len(hashes):
        return hashes
    ordered = np.sort(hashes)
    first = np.empty(len(ordered), dtype=np.bool_)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _figures(title: Sequence[str], text: Sequence[str]) -> Hashes:
    """Where each number and weekday stands and what it says."""
    found = []
    for sequence in (title, text):
        last = len(sequence) - 1
        for at, word in enumerate(sequence):
            if word[0].isdigit():
                kind = "number"
            elif word in WEEKDAYS:
                kind = "day"
            else:
                continue
            before = sequence[at - 1] if at else ""
            after = sequence[at + 1] if at < last else ""
            place = xxh3_64_intdigest(f"{kind} {before} {after}".encode())
            value = xxh3_64_intdigest(word.encode())
            found.append(place >> 32 << 32 | value >> 32)
    return _distinct(np.array(found, dtype=np.uint64))
