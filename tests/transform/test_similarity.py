"""What counts as a copy, and which dispatch a family began with."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flows.model import Opening
from flows.transform.fingerprint import Signature, prepare
from flows.transform.similarity import Pair, compare, relation, roots

HOUR = timedelta(hours=1)

LEAD = (
    "Le barrage de Kelvarn a été rouvert mardi après onze semaines de travaux, ont annoncé les "
    "autorités de la province, qui redoutaient une pénurie d'eau dans les villages de la plaine "
    "avant l'arrivée des premières neiges sur le massif."
)
MIDDLE = (
    "Les ingénieurs avaient découvert en août une fissure longue de 14 mètres dans la galerie "
    "inférieure, ce qui avait contraint la compagnie nationale à vider la moitié du réservoir et à "
    "rationner les 42 communes qui en dépendent. Plusieurs agriculteurs avaient alors bloqué la "
    "route de la vallée pour réclamer des compensations."
)
END = (
    "La ministre de l'Énergie, Orsola Venn, doit se rendre sur place dimanche pour inaugurer une "
    "station de mesure financée par un prêt de 320.000 couronnes. Le maire du village de Sarn a "
    "salué une décision attendue, tout en rappelant que les canaux restent à curer."
)
OTHER_LEAD = (
    "Onze alpinistes bloqués depuis vendredi sur le massif de Kelvarn ont été ramenés dans la "
    "vallée par un hélicoptère de l'armée, a indiqué le chef des secours, qui a parlé d'une "
    "opération délicate menée entre deux tempêtes et sans visibilité."
)
OTHER_MIDDLE = (
    "Le groupe, parti d'un refuge tenu par des bénévoles, avait creusé une grotte dans la neige et "
    "partagé ses vivres pendant trois nuits. Deux d'entre eux souffrent de gelures aux mains mais "
    "aucun n'est en danger, selon l'hôpital de Sarn où ils ont été admis dans la soirée."
)
SHORT_LEAD = (
    "Robinets ouverts dans la plaine : onze semaines de chantier s'achèvent à Kelvarn, où l'on "
    "craignait de manquer d'eau avant l'hiver."
)
STORY = f"{LEAD}\n\n{MIDDLE}\n\n{END}"
OTHER_STORY = f"{OTHER_LEAD}\n\n{OTHER_MIDDLE}"
MERGED = f"{STORY}\n\n{OTHER_STORY}"

BULLETIN = (
    "Au marché de gros de Tavlin, le kilo de lentilles se vendait {day} {lentils} couronnes, celui "
    "de pois {peas} couronnes et la caisse de pommes {apples} couronnes, a indiqué l'office des "
    "prix. Les volumes échangés ont atteint {volume} tonnes pour les légumes et {fruit} tonnes "
    "pour les fruits, un niveau jugé conforme à la saison par les courtiers de la place."
)
MONDAY = BULLETIN.format(day="lundi", lentils=31, peas=24, apples=118, volume=640, fruit=75)
TUESDAY = BULLETIN.format(day="mardi", lentils=33, peas=27, apples=102, volume=595, fruit=81)


def text(body: str, headline: str = "") -> Signature:
    return prepare(headline, body)


COPIES = [
    pytest.param(STORY, STORY.upper(), HOUR, id="the same text in capitals"),
    pytest.param(STORY, f"SARN (XYZ) - {STORY}\n\nAvec XYZ", HOUR, id="dateline and credit added"),
    pytest.param(STORY, f"{LEAD}\n\n{END}", HOUR, id="a paragraph left out"),
    pytest.param(STORY, f"{LEAD}\n\n{MIDDLE}\n\n{OTHER_LEAD}", HOUR, id="the end rewritten"),
    pytest.param(STORY, LEAD, HOUR, id="an excerpt"),
    pytest.param(STORY, LEAD.rsplit(" ", 12)[0] + " [...]", HOUR, id="a truncated excerpt"),
    pytest.param(STORY, STORY.replace("320.000", "350 000"), 20 * HOUR, id="one figure corrected"),
    pytest.param(MONDAY, MONDAY, 24 * HOUR, id="an identical bulletin a day later"),
    pytest.param(
        "The harbour of Brinmouth reopened on Monday after a week of storms, its master said.",
        "BRINMOUTH (XYZ) - The harbour of Brinmouth reopened on Monday after a week of storms, "
        "its master said",
        HOUR,
        id="fifteen words in English",
    ),
]

DISTINCT = [
    pytest.param(STORY, OTHER_STORY, HOUR, id="another story"),
    pytest.param(STORY, f"{OTHER_STORY}\n\n{LEAD}", HOUR, id="a paragraph of background"),
    pytest.param(MONDAY, TUESDAY, 24 * HOUR, id="tomorrow's bulletin"),
    pytest.param(MONDAY, TUESDAY, HOUR, id="the next hour's bulletin"),
    pytest.param("Le barrage de Kelvarn rouvre", "Le barrage de Kelvarn rouvre", HOUR, id="a line"),
    pytest.param("", "", HOUR, id="nothing"),
]


@pytest.mark.parametrize(("earlier", "later", "apart"), COPIES)
def test_a_copy(earlier: str, later: str, apart: timedelta) -> None:
    assert compare(text(later), text(earlier), apart) is not None


@pytest.mark.parametrize(("earlier", "later", "apart"), DISTINCT)
def test_not_a_copy(earlier: str, later: str, apart: timedelta) -> None:
    assert compare(text(later), text(earlier), apart) is None


def test_one_headline_over_two_stories_makes_no_copy() -> None:
    headline = "Le point sur la situation à Kelvarn"

    assert compare(text(STORY, headline), text(OTHER_STORY, headline), HOUR) is None


def test_a_common_opening_decides_where_half_was_rewritten() -> None:
    rewritten = f"{OTHER_LEAD}\n\n{MIDDLE}\n\n{OTHER_MIDDLE}"
    headline = "Réouverture du barrage de Kelvarn"

    assert compare(text(rewritten), text(f"{LEAD}\n\n{MIDDLE}"), HOUR) is None
    assert compare(text(rewritten, headline), text(f"{LEAD}\n\n{MIDDLE}", headline), HOUR)


@pytest.mark.parametrize(
    ("earlier", "later", "opening"),
    [
        pytest.param(STORY, f"{LEAD}\n\n{END}", "same", id="a paragraph left out"),
        pytest.param(STORY, f"{MIDDLE}\n\n{END}", "moved", id="an excerpt from further down"),
        pytest.param(
            STORY, f"{SHORT_LEAD}\n\n{MIDDLE}\n\n{END}", "moved", id="a new lead, and the rest"
        ),
        pytest.param(
            STORY, f"{OTHER_LEAD}\n\n{LEAD}\n\n{MIDDLE}", "moved", id="its own lead on top"
        ),
        pytest.param(
            f"{MIDDLE}\n\n{LEAD}",
            f"{LEAD}\n\n{MIDDLE}\n\n{OTHER_STORY}",
            "moved",
            id="what stood further down become the lead",
        ),
        pytest.param(STORY, MERGED, "same", id="two merged, the first of them"),
        pytest.param(OTHER_STORY, MERGED, "own", id="two merged, the second of them"),
        pytest.param(MERGED, STORY, "same", id="the first of two taken out again"),
        pytest.param(MERGED, OTHER_STORY, "moved", id="the second of two taken out again"),
        pytest.param(
            f"{LEAD}\n\n{MIDDLE}",
            f"{OTHER_STORY}\n\n{LEAD}\n\n{MIDDLE}",
            "own",
            id="other news that quotes it whole",
        ),
    ],
)
def test_what_a_copy_opens_with(earlier: str, later: str, opening: str) -> None:
    verdict = compare(text(later), text(earlier), HOUR)

    assert verdict is not None
    assert verdict.opening == opening


def test_its_own_source_may_rewrite_more_of_a_story() -> None:
    earlier, later = text(f"{LEAD}\n\n{MIDDLE}"), text(f"{OTHER_STORY}\n\n{MIDDLE}\n\n{LEAD}")

    for same_source, opening in ((True, "moved"), (False, "own")):
        verdict = compare(later, earlier, HOUR, same_source=same_source)

        assert verdict is not None
        assert verdict.opening == opening


def test_of_two_published_at_once_neither_is_the_quotation_of_the_other() -> None:
    excerpt, whole = text(f"{MIDDLE}\n\n{END}"), text(f"{OTHER_STORY}\n\n{MIDDLE}\n\n{END}")

    for later, earlier in ((excerpt, whole), (whole, excerpt)):
        verdict = compare(later, earlier, 0 * HOUR)

        assert verdict is not None
        assert verdict.opening == "moved"


def test_one_headline_opens_two_texts_alike() -> None:
    headline = "Onze alpinistes ramenés dans la vallée"
    verdict = compare(text(MERGED, headline), text(OTHER_STORY, headline), HOUR)

    assert verdict is not None
    assert verdict.opening == "same"


def test_bulletins_are_told_apart_by_few_figures_only_when_the_next_is_due() -> None:
    corrected = MONDAY.replace("31", "33").replace("24", "27")

    assert compare(text(corrected), text(MONDAY), HOUR) is not None
    assert compare(text(corrected), text(MONDAY), 24 * HOUR) is None


def test_what_a_verdict_says() -> None:
    verdict = compare(text(LEAD), text(STORY), HOUR)

    assert verdict is not None
    assert verdict.containment == 1
    assert verdict.jaccard == pytest.approx(verdict.shared / len(text(STORY).shingles))
    assert not verdict.same_text


@pytest.mark.parametrize(
    ("other", "same_source", "expected"),
    [
        (STORY, True, "repost"),
        (STORY, False, "republication"),
        (f"{LEAD}\n\n{END}", True, "revision"),
        (f"{LEAD}\n\n{END}", False, "republication"),
        (f"{OTHER_STORY}\n\n{STORY}", True, "repost"),
        (f"{OTHER_STORY}\n\n{STORY}", False, "republication"),
    ],
)
def test_relations(other: str, same_source: bool, expected: str) -> None:
    verdict = compare(text(other), text(STORY), HOUR)

    assert verdict is not None
    assert relation(verdict, same_source=same_source) == expected


A, B, C, D = (UUID(int=number) for number in (1, 2, 3, 4))
NOON = datetime(2031, 5, 3, 12, tzinfo=UTC)
OPENINGS: list[Opening] = ["same", "moved", "own"]


def test_roots_follow_the_best_pair_to_an_earlier_dispatch_and_on() -> None:
    published = {A: NOON, B: NOON + HOUR, C: NOON + 2 * HOUR}
    pairs = [Pair(B, A, 0.5, 0.6), Pair(C, A, 0.4, 0.9), Pair(C, B, 0.8, 0.8)]

    assert roots(published, pairs) == {B: A, C: A}


def test_a_merge_does_not_join_the_two_families_it_is_made_of() -> None:
    published = {A: NOON, B: NOON + HOUR, C: NOON + 2 * HOUR, D: NOON + 3 * HOUR}
    pairs = [Pair(C, A, 0.3, 0.3), Pair(C, B, 0.6, 0.7, "moved"), Pair(D, A, 0.9, 0.9)]

    assert roots(published, pairs) == {C: A, D: A}


def test_what_opens_with_news_of_its_own_is_led_nowhere() -> None:
    published = {A: NOON, B: NOON + HOUR, C: NOON + 2 * HOUR}
    pairs = [Pair(B, A, 0.6, 0.6, "own"), Pair(C, B, 0.9, 0.9), Pair(C, A, 0.5, 0.5, "moved")]

    assert roots(published, pairs) == {C: B}


def test_of_equal_originals_the_earliest_then_the_lower_id_is_followed() -> None:
    published = {A: NOON, B: NOON - HOUR, C: NOON - HOUR, D: NOON + HOUR}
    pairs = [Pair(D, original, 0.7, 0.8) for original in (A, C, B)]

    assert roots(published, pairs) == {D: B}


def test_the_order_of_pairs_does_not_matter() -> None:
    generator = random.Random(7)
    keys = [UUID(int=number) for number in range(40)]
    published = {key: NOON + generator.randrange(20) * HOUR for key in keys}
    pairs = []
    for _ in range(120):
        original, copy = sorted(generator.sample(keys, 2), key=lambda key: (published[key], key))
        opening = generator.choice(OPENINGS)
        pairs.append(Pair(copy, original, generator.random(), generator.random(), opening))
    expected = roots(published, pairs)

    for _ in range(5):
        generator.shuffle(pairs)
        assert roots(published, pairs) == expected
