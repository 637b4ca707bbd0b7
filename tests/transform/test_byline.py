"""Who wrote it: from a feed's author field, or from a line that says nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.byline import find_byline, normalise_byline, read_byline

AUTHORS = [
    ("Jane Smith", "Jane Smith"),
    ("jane@example.org (Jane Smith)", "Jane Smith"),
    ("Jane Smith <jane@example.org>", "Jane Smith"),
    ("Jane Smith (jane@example.org)", "Jane Smith"),
    ("By Jane Smith", "Jane Smith"),
    ("Par Jeanne Morel", "Jeanne Morel"),
    ("Jane  Smith ,Amir Khan", "Jane Smith, Amir Khan"),
    ("Jane Smith (Design)", "Jane Smith (Design)"),
    ("jsmith (hidden)", "jsmith"),
    ("desk@example.org (AFP)", "AFP"),
    ("noreply@blogger.com (Unknown)", None),
    ("jane@example.org", None),
    ("<jane@example.org>", None),
    ("mailto:jane@example.org", None),
    ("admin", None),
    ("Anonymous", None),
    ("", None),
    (" , ", None),
    ("42", None),
]


@pytest.mark.parametrize(("text", "byline"), AUTHORS, ids=[repr(case[0]) for case in AUTHORS])
def test_an_author_field_becomes_the_name_it_holds(text: str, byline: str | None) -> None:
    assert normalise_byline(text) == byline


LINES = [
    ("Par Jeanne Morel", "Jeanne Morel"),
    ("Par Jeanne MOREL et Luc d'ALMEIDA", "Jeanne MOREL et Luc d'ALMEIDA"),
    ("Par Jeanne Morel à Oriel, avec le bureau de Lyon", "Jeanne Morel"),
    ("By Jane Smith", "Jane Smith"),
    ("BY JANE SMITH", "JANE SMITH"),
    ("By Jane Q. Smith, Amir Khan and Wu Lin in Cairo", "Jane Q. Smith, Amir Khan and Wu Lin"),
    ("Von Anna Weber und Karl von der Au, dpa", "Anna Weber und Karl von der Au"),
    ("Propos recueillis par Léa de la Tour", "Léa de la Tour"),
    ("(Propos recueillis par Léa Tour)", "Léa Tour"),
    ("Par chance, personne n'était au phare.", None),
    ("Par Jeanne", None),
    ("Par la rédaction avec AFP", None),
    ("by Jane Smith", None),
    ("By Monday Night, It Was Over", None),
    ("By The Associated Press", None),
    ("Jeanne Morel", None),
    ("Par Jeanne Morel. Elle vit à Oriel.", None),
    ("", None),
]


@pytest.mark.parametrize(("line", "byline"), LINES, ids=[repr(case[0]) for case in LINES])
def test_a_byline_is_a_line_of_its_own(line: str, byline: str | None) -> None:
    assert read_byline(line) == byline


STORY = "Le phare d'Oriel a rouvert.\n\nIl était fermé.\n\nLa lampe est neuve.\n\nElle tourne."


@pytest.mark.parametrize(
    ("body", "byline"),
    [
        (f"Par Jeanne Morel\n\n{STORY}", "Jeanne Morel"),
        (f"{STORY}\n\nPropos recueillis par Jeanne Morel", "Jeanne Morel"),
        (f"{STORY}\nPar Jeanne Morel\n{STORY}", None),
        (f"ORIEL (AFP) - Le phare.\nPar Jeanne Morel\n{STORY}", None),
        (STORY, None),
        ("", None),
    ],
    ids=["head", "end", "middle", "below the dateline", "none", "empty"],
)
def test_it_stands_at_the_head_or_the_end(body: str, byline: str | None) -> None:
    assert find_byline(body) == byline


@given(st.one_of(st.text(max_size=300), st.text(alphabet="PBypar JéD',.@<>()\n", max_size=200)))
def test_no_text_raises(text: str) -> None:
    find_byline(text)
    byline = normalise_byline(text)
    assert byline is None or normalise_byline(byline) is not None or "@" in byline
