"""The credit is the agency a text names; only a line that is nothing else leaves the body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.agencies import AGENCIES, agencies_in, normalise_credit
from flows.transform.credit import split_credit

STORY = "Le phare d'Oriel a rouvert ses portes.\n\nIl était fermé depuis dix ans."

CREDIT_LINES = [
    ("Source: AFP", "AFP"),
    ("Source : AFP", "AFP"),
    ("(Source: AFP)", "AFP"),
    ("Source: © AFP", "AFP"),
    ("Source : l'AFP", "AFP"),
    ("Sources : AFP, Reuters.", "AFP/Reuters"),
    ("Source: Le Courrier d'Oriel", "Le Courrier d'Oriel"),
    ("Source: Le Courrier avec AFP", "Le Courrier/AFP"),
    ("Source: Ministry of Health and Welfare", "Ministry of Health and Welfare"),
    ("AFP", "AFP"),
    ("(AFP)", "AFP"),
    ("[AFP]", "AFP"),
    ("- AFP -", "AFP"),
    ("(avec AFP)", "AFP"),
    ("Avec AFP", "AFP"),
    ("with Reuters", "Reuters"),
    ("By Reuters", "Reuters"),
    ("Par l'AFP", "AFP"),
    ("AFP/Reuters", "AFP/Reuters"),
    ("Reuters / AFP", "Reuters/AFP"),
    ("AFP et Reuters", "AFP/Reuters"),
    ("AFP, Reuters und dpa", "AFP/Reuters/dpa"),
    ("AFP/AFP", "AFP"),
    ("© AFP", "AFP"),
    ("© 2026 AFP", "AFP"),
    ("Copyright AFP 2026", "AFP"),
    ("Agence France-Presse", "AFP"),
    ("The Associated Press", "AP"),
    ("Keystone-ATS", "Keystone-ATS"),
    ("ats", "Keystone-ATS"),
    ("(afp)", "AFP"),
    ("dpa/bb", "dpa"),
    ("أ ف ب", "AFP"),
]


@pytest.mark.parametrize(("line", "credit"), CREDIT_LINES, ids=[case[0] for case in CREDIT_LINES])
def test_a_line_that_is_nothing_but_credit_moves_to_its_column(line: str, credit: str) -> None:
    assert split_credit(f"{STORY}\n\n{line}") == (STORY, credit)
    assert split_credit(f"{STORY}\n{line}\n\n") == (STORY, credit)


STAYS = [
    ("La lampe est neuve. (AFP)", "AFP"),
    ("La lampe est neuve (avec AFP)", "AFP"),
    ("The lamp is new, they said. REUTER", "Reuters"),
    ("Le Courrier avec AFP", "AFP"),
    ("Par la rédaction avec l'AFP", "AFP"),
    ("The lamp is new, he told Reuters.", None),
    ("La lampe est neuve, selon l'agence officielle (KCNA)", None),
    ("La lampe est neuve (UNESCO)", None),
    ("Source: https://oriel.example/phare", None),
    ("Source : on ne sait pas. Le maire non plus.", None),
    ("Photo AFP", None),
    ("map", None),
    ("Oriel", None),
    ("Staff and agencies", None),
    ("AFP, Reuters et le Courrier d'Oriel ont visité le phare.", None),
]


@pytest.mark.parametrize(("line", "credit"), STAYS, ids=[case[0] for case in STAYS])
def test_a_line_that_says_anything_else_stays(line: str, credit: str | None) -> None:
    body = f"{STORY}\n\n{line}"
    assert split_credit(body) == (body, credit)


def test_several_credit_lines_move_together_and_count_once() -> None:
    assert split_credit(f"{STORY}\n\nAFP\n\n© 2026 AFP\nReuters") == (STORY, "AFP/Reuters")


def test_a_credit_above_the_outlets_closing_links_is_read_and_stays() -> None:
    body = f"{STORY}\n\n(AFP)\n\nÀ lire aussi : les phares de la côte."
    assert split_credit(body) == (body, "AFP")


@pytest.mark.parametrize(
    ("body", "credit"),
    [
        ("ORIEL (AFP) - Le phare a rouvert.", "AFP"),
        ("ORIEL, 14 fév 2026 (ATS) - Le phare a rouvert.", "Keystone-ATS"),
        ("ORIEL, 14 fév 2026 (Agence du Nord) - Le phare a rouvert.", "Agence du Nord"),
        ("By Reuters\n\nThe lighthouse reopened.", "Reuters"),
        ("ORIEL (AFP) - Le phare a rouvert.\n\nSource: Reuters", "Reuters"),
        ("Le phare a rouvert.", None),
        ("", None),
    ],
)
def test_where_no_closing_line_names_one_the_head_may(body: str, credit: str | None) -> None:
    assert split_credit(body)[1] == credit


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("dpa", "dpa"),
        ("REUTERS", "Reuters"),
        ("NTB-AFP-DPA", "NTB/AFP/dpa"),
        ("ا ف ب/AFP", "AFP"),
        ("Getty Images", "Getty Images"),
        ("Acme/Jane Smith", "Acme/Jane Smith"),
        ("Reuters | AFP", "Reuters/AFP"),
        ("  ", None),
        ("2026", None),
    ],
)
def test_a_credit_field_gets_one_spelling(text: str, credit: str | None) -> None:
    assert normalise_credit(text) == credit


@pytest.mark.parametrize("name", AGENCIES)
def test_every_agency_is_known_by_its_own_name_and_its_others(name: str) -> None:
    assert agencies_in(name) == name
    assert {agencies_in(other) for other in AGENCIES[name]} <= {name}


def test_no_spelling_belongs_to_two_agencies() -> None:
    spellings = [other for name in AGENCIES for other in (name, *AGENCIES[name])]
    assert len(spellings) == len(set(spellings))


LINES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from([line for line, _ in CREDIT_LINES] + [line for line, _ in STAYS]),
    ),
    max_size=6,
).map("\n".join)


@given(LINES)
def test_no_body_raises_words_only_leave_from_the_end_and_once(body: str) -> None:
    rest, _ = split_credit(body)
    assert body.startswith(rest)
    assert split_credit(rest)[0] == rest
