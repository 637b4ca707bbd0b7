"""What of a dispatch is kept for comparison, and what its fingerprints are sure to find."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.fingerprint import (
    LONGEST,
    SHORT_WINDOW,
    SHORT_WORDS,
    WINDOW,
    from_bytes,
    prepare,
    to_bytes,
    winnow,
    words,
)

ALIKE = [
    pytest.param("Le préfet s'élève", "LE PREFET S’ELEVE", id="case, accents and apostrophes"),
    pytest.param("un cœur, un œuf", "un coeur un oeuf", id="ligatures"),
    pytest.param("500.000 euros", "500 000 euros", id="points and spaces in numbers"),
    pytest.param("500,000 euros", "500\u202f000 euros", id="commas and thin spaces in numbers"),
    pytest.param("e\u0301tat", "\u00e9tat", id="composed and decomposed"),
    pytest.param("«\u00a0oui\u00a0»", '"oui"', id="guillemets"),
    pytest.param("OSLO, 3 mai 2031 (NTB) - Le lac gèle", "Le lac gèle", id="dateline in French"),
    pytest.param("LIMA (Andina) \u2014 A lake froze", "A lake froze", id="dateline in English"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spelling_makes_no_difference(one: str, other: str) -> None:
    assert words(one) == words(other)


def test_decimals_are_not_digit_groups() -> None:
    assert words("3,25 points") == ["3", "25", "points"]


def test_scripts_without_spaces_are_compared_letter_by_letter() -> None:
    assert words("湖が凍る") == ["湖", "か", "凍", "る"]


def story(seed: int, length: int) -> str:
    """A text of invented words, no two alike."""
    generator = np.random.default_rng(seed)
    return " ".join(f"mot{number}" for number in generator.permutation(10 * length)[:length])


@given(
    run=st.integers(19, 40),
    before=st.integers(0, 300),
    after=st.integers(0, 300),
    elsewhere=st.integers(80, 500),
    seed=st.integers(0, 2**32),
)
def test_a_shared_run_of_19_words_is_found_wherever_it_stands(
    run: int, before: int, after: int, elsewhere: int, seed: int
) -> None:
    common = story(seed, run)
    one = " ".join(["un", story(seed + 1, before + 80), common, story(seed + 2, after)])
    other = " ".join([story(seed + 3, elsewhere), common])

    shared = np.intersect1d(prepare("", one).fingerprints, prepare("", other).fingerprints)

    assert len(shared) >= 1


@given(cut=st.integers(0, SHORT_WORDS - 8), seed=st.integers(0, 2**32))
def test_short_texts_are_found_from_a_run_of_7_words(cut: int, seed: int) -> None:
    common = story(seed, 7)
    one, other = f"{common} {story(seed + 1, cut)}", f"{story(seed + 2, 30)} {common}"

    shared = np.intersect1d(prepare("", one).fingerprints, prepare("", other).fingerprints)

    assert len(shared) >= 1


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=200),
    st.sampled_from([SHORT_WINDOW, WINDOW]),
)
def test_winnowing_keeps_the_smallest_of_every_window(hashes: list[int], window: int) -> None:
    width = min(window, len(hashes))
    smallest = {min(hashes[at : at + width]) for at in range(len(hashes) - width + 1)}

    assert winnow(np.array(hashes, dtype=np.uint64), window).tolist() == sorted(smallest)


def test_a_dispatch_has_about_one_fingerprint_for_eight_words() -> None:
    assert len(prepare("", story(1, 380)).fingerprints) == pytest.approx(44, abs=8)


def test_of_a_book_the_beginning_counts() -> None:
    beginning = story(1, 40_000)[:LONGEST]

    assert to_bytes(prepare("", beginning + story(2, 400))) == to_bytes(prepare("", beginning))


@pytest.mark.parametrize(
    ("body", "shingles"),
    [("", 0), ("Flash", 1), ("un deux trois", 1), ("un deux trois quatre cinq", 2)],
)
def test_texts_of_a_few_words_have_signatures_too(body: str, shingles: int) -> None:
    signature = prepare("", body)

    assert len(signature.shingles) == shingles
    assert len(signature.fingerprints) == min(shingles, 1)


@given(st.text())
def test_any_text_has_a_signature(text: str) -> None:
    signature = prepare(text, text)

    for hashes in (signature.shingles, signature.fingerprints, signature.title):
        assert (np.diff(hashes.astype(object)) > 0).all()


@given(st.text(), st.text())
def test_a_signature_is_stored_and_read_back(headline: str, body: str) -> None:
    signature = prepare(headline, body)

    stored = from_bytes(to_bytes(signature))

    assert stored.words == signature.words
    for name in ("shingles", "fingerprints", "lead", "title", "figures"):
        assert getattr(stored, name).tolist() == getattr(signature, name).tolist()


def test_a_signature_cut_short_is_an_error() -> None:
    stored = to_bytes(prepare("Le lac gèle", story(1, 50)))

    with pytest.raises(ValueError, match="stored as"):
        from_bytes(stored[:-8])
