"""What looks wrong in a text is named, and what only looks unusual is not."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.quality import (
    Flag,
    breaks_off,
    glued_words,
    inspect,
    repeated_phrases,
    repeated_words,
)


def test_every_flag_says_what_it_means() -> None:
    for flag in Flag:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", flag.value)
        assert flag.meaning[0].isupper()
        assert {flag, flag.value} == {flag.value}


GLUED = {
    "a short word stuck to a name": (
        "Ana de Ruy est arrivée. Tom Val a parlé. Le discours de Tom Valen pleine nuit.",
        ["Tom Valen"],
    ),
    "to the small last part of a name": (
        "Li Jong an reçoit. «Merci», a dit Li Jong anen visitant le port. Jong an est parti.",
        ["Jong anen"],
    ),
    "a word runs on into a sentence": ("Il rentre au portIl pleut.", ["portIl"]),
    "a name runs on into a sentence": ("Il rentre à LilleLe vent souffle.", ["LilleLe"]),
    "a sentence end without space": ("C'est la fin.Le port ferme.", ["fin.Le"]),
    "a comma without space": ("Le port,fermé depuis mai, rouvre.", ["port,fermé"]),
    "a closing quotation mark": ("Il dit «merci»avant de partir.", ["i»av"]),
    "an opening quotation mark": ("Il dit«merci» avant de partir.", ["it«m"]),
}


@pytest.mark.parametrize(("text", "found"), GLUED.values(), ids=GLUED.keys())
def test_glued_words(text: str, found: list[str]) -> None:
    assert list(glued_words(text)) == found
    assert "glued_word" in inspect("Titre", text)


NOT_GLUED = {
    "brands": "Le TGV inOui, un iPhone, LinkedIn, YouTube, eBay et McDonald ferment.",
    "addresses": "Voir www.Exemple.Fr ou a.b@Exemple.Org et le hashtag #jeSuisLa.",
    "abbreviations": "U.K. officials and J.-P. Martin, 3,5 points et 1.500 euros.",
    "endings": "L'ancien maire et l'ancienne ministre: Jean Paul et Jean Paule.",
    "names that end alike": "Les Bleu. Les Bleus et Le Par, à Paris. A par. A Paris.",
    "code": "Les champs deviceId, getUser et sendSize de la réponse.",
    "a list": "Les colonnes time,pid,event sont lues.",
    "German quotation marks": "Er sagt »danke« und geht.",
    "alors": "Trump a parlé. Trump alors se tut.",
}


@pytest.mark.parametrize("text", NOT_GLUED.values(), ids=NOT_GLUED.keys())
def test_not_glued(text: str) -> None:
    assert list(glued_words(text)) == []


REPEATED = {
    "with a comma": (
        "La ville offre un nouveau pont, un nouveau pont, et un quai.",
        ["un nouveau pont, un nouveau pont"],
    ),
    "without": ("La prise en compte en compte des riverains.", ["en compte en compte"]),
    "whatever the case": ("Le vieux pont le vieux pont ferme.", ["Le vieux pont le vieux pont"]),
    "English": ("Members of the board of the board agreed.", ["of the board of the board"]),
}


@pytest.mark.parametrize(("text", "found"), REPEATED.values(), ids=REPEATED.keys())
def test_repeated_phrases(text: str, found: list[str]) -> None:
    assert list(repeated_phrases(text)) == found
    assert "repeated_phrase" in inspect("Titre", text)


NOT_REPEATED = {
    "quoted": "«Je veux un pont, je veux un pont», dit-il. “We want it now, we want it now”.",
    "straight quotes": 'Il crie "un nouveau pont, un nouveau pont" trois fois.',
    "a quotation left open": "«Je veux un pont, je veux un pont.",
    "a turn of speech": "Peu à peu à la mer, de plus en plus en danger, more and more and more.",
    "emphasis": "Bien sûr, bien sûr, il reviendra. Très, très loin. Nous nous levons.",
    "scores": "Elle gagne 6-3, 6-3 puis 6 4 6 4.",
    "names": "Duran Duran et Abdullah Abdullah.",
    "sentences": "Il a dit non. Il a dit non.",
    "paragraphs": "Le vieux pont\n\nLe vieux pont rouvre.",
}


@pytest.mark.parametrize("text", NOT_REPEATED.values(), ids=NOT_REPEATED.keys())
def test_not_repeated(text: str) -> None:
    assert list(repeated_phrases(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Le toit de de la gare", ["de de"]),
        ("The end of the the road", ["the the"]),
        ("À la une Une du soir", []),
        ("«de de», dit-il", []),
        ("Nous nous levons, il lui dit oui oui", []),
        ("pour pour-cent", []),
    ],
)
def test_repeated_words(text: str, found: list[str]) -> None:
    assert list(repeated_words(text)) == found
    assert ("repeated_word" in inspect("Titre", text)) is bool(found)


@pytest.mark.parametrize(
    "body",
    [
        "Le pont a été [...]",
        "Le pont a été […]",
        "Le pont a été (…)",
        "Premier point.\n\nLe pont a été …",
        "Le pont a été fermé...",
        "Le pont a été... Lire la suite",
        "Le pont a été fermé. Lire la suite sur exemple.example",
        "The bridge was closed. Read more",
        "The bridge was closed. Continue reading →",
        "Le pont a été fermé par la",
        "The bridge was closed by the",
        "Le pont a été fermé,",
        "Le pont a été fermé par la\n\nSource: AFP",
    ],
)
def test_truncated(body: str) -> None:
    assert breaks_off(body)
    assert "truncated" in inspect("Titre", body)


@pytest.mark.parametrize(
    "body",
    [
        "Le pont a été fermé.",
        "Le pont a été fermé.\n\nNul ne sait pour combien de temps...",
        "Le pont a été fermé.\n\nSource: AFP",
        "The bridge was closed. Read more: all our coverage on our website.",
        "Lyon - Nantes 3-2",
        "",
    ],
)
def test_not_truncated(body: str) -> None:
    assert not breaks_off(body)


@pytest.mark.parametrize(
    ("headline", "body", "flags"),
    [
        ("Titre", "Un texte sans défaut.", ()),
        ("", "Un texte sans défaut.", ("no_headline",)),
        ("Titre", " ", ("no_body",)),
        ("Titre", "Un <b>texte</b> balisé.", ("markup_shown",)),
        ("Titre", "Un texte &eacute;chappé.", ("markup_shown",)),
        ("Titre", "Cinq < six & <<ok>>.", ()),
        ("Titre", "Un caract\ufffdre perdu.", ("undecodable",)),
        ("Titre", "Le prÃ©fet a Ã©tÃ© reÃ§u.", ("mojibake",)),
        (
            "C'est la fin.Le port",
            "Un pont fermé de de",
            ("glued_word", "repeated_word", "truncated"),
        ),
    ],
)
def test_inspect_names_what_looks_wrong(headline: str, body: str, flags: tuple[str, ...]) -> None:
    assert inspect(headline, body) == flags


@given(st.text(), st.text())
def test_never_raises(headline: str, body: str) -> None:
    assert list(inspect(headline, body)) == sorted(set(inspect(headline, body)))


MILLION = 1_000_000
HOSTILE = {
    "one letter": "a" * MILLION,
    "capitals": "A" * MILLION,
    "seams": "aaaBb" * (MILLION // 5),
    "apostrophes": "A'" * (MILLION // 2),
    "spaces": "a" + " " * MILLION + "b",
    "one word": "mot " * (MILLION // 4),
    "two words": "un mot " * (MILLION // 7),
    "names": "Kim un " * (MILLION // 7),
    "commas": "ab,cd" * (MILLION // 5),
    "quotation marks": "«" * MILLION,
    "brackets": "<p " * (MILLION // 3),
    "ampersands": "&a" * (MILLION // 2),
    "ellipses": "." * MILLION,
    "odd characters": "Ã " * (MILLION // 2),
    "lines": "\n" * MILLION,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_takes_linear_time(text: str) -> None:
    started = time.process_time()
    inspect("Titre", text)
    assert time.process_time() - started < 8
