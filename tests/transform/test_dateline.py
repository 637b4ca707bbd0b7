"""A dateline is a place with a day or an agency beside it, at the head of the copy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.dateline import find_dateline

# opening of the first paragraph, then place, day and credit
DATELINES = [
    ("PARIS, 14 fév 2026 (AFP) - ", "PARIS", "14 fév 2026", "AFP"),
    ("LONDON (Reuters) - ", "LONDON", None, "Reuters"),
    ("LONDON, March 3 (Reuters) - ", "LONDON", "March 3", "Reuters"),
    ("Paris (AFP) – ", "Paris", None, "AFP"),
    ("WASHINGTON, March 3 -- ", "WASHINGTON", "March 3", None),
    ("ST. LOUIS (AP) — ", "ST. LOUIS", None, "AP"),
    ("Séoul, AFP - ", "Séoul", None, "AFP"),
    ("Port-au-Prince (AFP) - ", "Port-au-Prince", None, "AFP"),
    ("Châlons-sur-Saône, le 3 mars 2026 - ", "Châlons-sur-Saône", "le 3 mars 2026", None),
    ("La Haye (Pays-Bas) (AFP) - ", "La Haye (Pays-Bas)", None, "AFP"),
    ("BRUXELLES (Belgique), 3 mars (Belga) - ", "BRUXELLES (Belgique)", "3 mars", "Belga"),
    ("Oriel, Nordland, May 16, 2026 (AFP) - ", "Oriel, Nordland", "May 16, 2026", "AFP"),
    ("MOSCOW, Monday (Reuters) - ", "MOSCOW", "Monday", "Reuters"),
    ("MADRID, 21 Nov. 2026 (Europa Press) - ", "MADRID", "21 Nov. 2026", "Europa Press"),
    ("ORIEL, 3 mars (Agence du Nord) - ", "ORIEL", "3 mars", "Agence du Nord"),
    ("WASHINGTON/NEW YORK, March 3 (Reuters) - ", "WASHINGTON/NEW YORK", "March 3", "Reuters"),
    ("NEW DELHI, Mar 3 (PTI) ", "NEW DELHI", "Mar 3", "PTI"),
    ("Berlin (dpa/bb) - ", "Berlin", None, "dpa"),
    ("القدس, 25-11-2026 (أ ف ب) - ", "القدس", "25-11-2026", "AFP"),
]


@pytest.mark.parametrize(
    ("opening", "place", "day", "credit"), DATELINES, ids=[case[0] for case in DATELINES]
)
def test_a_dateline_gives_place_day_and_credit(
    opening: str, place: str, day: str | None, credit: str | None
) -> None:
    dateline = find_dateline(f"{opening}The lighthouse has reopened.\n\nIt was closed.")
    assert dateline is not None
    assert (dateline.place, dateline.date, dateline.credit) == (place, day, credit)
    assert opening.startswith(dateline.text)
    assert dateline.text == opening.rstrip(" -–—")


@pytest.mark.parametrize(
    "opening",
    [
        "VIDÉO - Le phare rouvre.",
        "POLITIQUE. Le phare rouvre.",
        "EXCLUSIVE -- The lighthouse reopens.",
        "Le phare (AFP) rouvre ses portes - enfin.",
        "le phare (AFP) - rouvert",
        "Jeanne Morel (maire) - Le phare rouvre.",
        "Le 3 mars 2026 - Le phare rouvre.",
        "Sous le soleil d'Oriel, AFP - et rien d'autre",
        "Oriel, le phare rouvre - enfin",
        "Oriel - Le phare rouvre.",
        "",
    ],
)
def test_a_rubric_or_a_sentence_is_no_dateline(opening: str) -> None:
    assert find_dateline(opening) is None


def test_notes_and_a_byline_may_stand_above_it() -> None:
    dateline = find_dateline("(Avec photos)\n\nPar Jeanne MOREL\n\nORIEL (AFP) - Le phare rouvre.")
    assert dateline is not None
    assert dateline.text == "ORIEL (AFP)"


def test_deep_in_the_text_it_is_none() -> None:
    assert find_dateline("Une phrase.\n" * 5 + "ORIEL (AFP) - Le phare rouvre.") is None


@given(st.one_of(st.text(max_size=300), st.text(alphabet="Aa, (AFP)-–:.3mars\n", max_size=200)))
def test_no_text_raises(text: str) -> None:
    dateline = find_dateline(text)
    assert dateline is None or dateline.text in text
