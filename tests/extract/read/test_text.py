"""A plain-text dispatch, in the seed format and its variants."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.extract.read.text import split
from flows.model import Item, Rejection

BODY = "Le phare a été rallumé lundi.\n\nLes pêcheurs l'ont fêté.\n\nSource: AFP"
LONG = "Le phare de Sarnec rallumé après onze ans de travaux"


def test_reads_the_seed_format(read_items: Any) -> None:
    (item,) = read_items(
        f" date 2026-03-02 Le phare de Sarnec rallumé\n\n{BODY}\n", location="fr/phare.txt"
    )
    assert item.identifier == item.location == "fr/phare.txt"
    assert item.position == 0
    assert item.published == "2026-03-02"
    assert (item.headline, item.headline_markup) == ("Le phare de Sarnec rallumé", "text")
    assert (item.body, item.body_markup) == (BODY, "text")
    assert item.credit is None  # read from the body by the room that cleans it


@pytest.mark.parametrize(
    ("line", "published", "headline"),
    [
        (" date 2026-03-02 Titre", "2026-03-02", "Titre"),
        ("date 2026-03-02 Titre", "2026-03-02", "Titre"),
        (" Date: 2026-03-02 - Titre", "2026-03-02", "Titre"),
        (" date 2026-03-02 08:30 Titre", "2026-03-02 08:30", "Titre"),
        (" date 2026-03-02 08:30:15 +0100 Titre", "2026-03-02 08:30:15 +0100", "Titre"),
        (" date 2026-03-02T08:30:00Z Titre", "2026-03-02T08:30:00Z", "Titre"),
        (" date 2026-03-02 08h30 Titre", "2026-03-02 08h30", "Titre"),
        (" date 2 mars 2026 à 8h30 GMT Titre", "2 mars 2026 à 8h30 GMT", "Titre"),
        (" date 02/03/2026 Titre", "02/03/2026", "Titre"),
        (" date 2026-03-02 10 morts à Sarnec", "2026-03-02", "10 morts à Sarnec"),
        (" date 2026-03-02 24h de Sarnec", "2026-03-02", "24h de Sarnec"),
        (" date 2026-03-02 78:65 pour Sarnec", "2026-03-02", "78:65 pour Sarnec"),
        (" date Titre sans jour", None, "Titre sans jour"),
        ("Date limite repoussée", None, "Date limite repoussée"),
        ("date limite repoussée", None, "date limite repoussée"),
        ("Titre seul", None, "Titre seul"),
        (" date 2026-03-02\nTitre dessous", "2026-03-02", "Titre dessous"),
        (" date 2026-03-02\n\nTitre plus bas", "2026-03-02", "Titre plus bas"),
        (f" date 2026-03-02 {LONG}\nd'une semaine", "2026-03-02", f"{LONG} d'une semaine"),
        ("\ufeff date 2026-03-02 Titre", "2026-03-02", "Titre"),
        ("\n\t\n date 2026-03-02 Titre", "2026-03-02", "Titre"),
    ],
)
def test_first_line(line: str, published: str | None, headline: str) -> None:
    assert split(f"{line}\n\n{BODY}\n") == (published, headline, BODY)


@pytest.mark.parametrize(
    "second",
    ["Par Jeanne Rivoire", "SARNEC (AFP) - Un phare", "La lampe a tourné à midi.", "(avec photo)"],
)
def test_a_second_line_that_is_no_headline_stays_in_the_body(second: str) -> None:
    assert split(f" date 2026-03-02 {LONG}\n{second}\n\n{BODY}")[1:] == (
        LONG,
        f"{second}\n\n{BODY}",
    )


def test_a_second_line_with_nothing_after_it_is_the_body() -> None:
    assert split(f"{LONG}\nLa lampe tourne") == (None, LONG, "La lampe tourne")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("final", ["", "\n", "\n\n"])
def test_line_endings_and_encodings_change_nothing(
    read_items: Any, ending: str, encoding: str, final: str
) -> None:
    text = f" date 2026-03-02 Le phare rallumé\n\n{BODY}{final}".replace("\n", ending)
    (item,) = read_items(text.encode(encoding))
    assert (item.headline, item.body, item.quality) == ("Le phare rallumé", BODY, ())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "empty", id="no byte"),
        pytest.param(b" \r\n\t\n ", "empty", id="white space"),
        pytest.param(b"\xef\xbb\xbf\n", "empty", id="only a mark"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary", id="png"),
        pytest.param(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff", "binary", id="gzip"),
        pytest.param(b"%PDF-1.4\n1 0 obj\n<< >>\n", "binary", id="pdf"),
        pytest.param(bytes(range(256)) * 8, "binary", id="every byte"),
    ],
)
def test_what_is_no_dispatch_is_one_rejection(read_bytes: Any, body: bytes, code: str) -> None:
    (rejection,) = read_bytes(body, location="fr/x.txt", format="text")
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.code, rejection.item) == ("read", code, "fr/x.txt")


def test_a_headline_alone_is_a_dispatch(read_items: Any) -> None:
    (item,) = read_items(" date 2026-03-02 Urgent: le phare brûle")
    assert (item.headline, item.body) == ("Urgent: le phare brûle", "")


def test_a_first_line_too_long_for_a_headline_is_text() -> None:
    line = "Un long récit. " * 60
    assert split(f" date 2026-03-02 {line}\nSuite") == ("2026-03-02", "", f"{line}\nSuite")


@pytest.mark.parametrize(
    "line", ["a", " ", "\r", "a\n", " date ", "date 2026-03-02 ", "é"], ids=repr
)
def test_huge_files_take_time_in_proportion(read_bytes: Any, line: str) -> None:
    started = time.perf_counter()
    (found,) = read_bytes((line * (5_000_000 // len(line)) + "a").encode("cp1252"), format="text")
    assert time.perf_counter() - started < 10
    assert isinstance(found, Item) or found.code == "too_long"


def test_a_line_of_fifty_megabytes_is_rejected_in_seconds(read_bytes: Any) -> None:
    started = time.perf_counter()
    (rejection,) = read_bytes(b"word " * 10_000_000, location="dump.txt")
    assert time.perf_counter() - started < 10
    assert (rejection.code, rejection.item) == ("too_long", "dump.txt#0")


@given(st.text().filter(lambda text: "date" not in text.lower() and "\ufeff" not in text))
def test_every_word_is_kept_in_its_order(text: str) -> None:
    _, headline, body = split(text)
    assert f"{headline}\n{body}".split() == text.split()
