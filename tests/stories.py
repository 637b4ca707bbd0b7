"""Writes invented wire copy: stories, and everything outlets make of one another's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from flows.model import Dispatch
from tests.records import dispatch


def _words(text: str) -> list[str]:
    return text.split()


ENGLISH = _words(
    "harbour lock council barge engineer vote bridge budget repair winter night river pilot crew "
    "captain storm gate owner tenant market price court judge appeal strike union minister delay "
    "tender contract inquiry witness report figure flood cellar pump doctor ward school pupil "
    "teacher ferry island timber grain mill crane quay customs cargo seal inspector licence fine "
    "opened closed promised refused said signed delayed ordered measured counted lost found sold "
    "after before without against under near between because although the a its their every"
)
FRENCH = _words(
    "écluse conseil péniche ingénieur vote pont budget réparation hiver nuit rivière pilote "
    "équipage capitaine tempête porte propriétaire locataire marché prix tribunal juge appel grève "
    "syndicat ministre retard marché contrat enquête témoin rapport chiffre crue cave pompe "
    "médecin école élève maîtresse traversée île bois blé moulin grue quai douane cargaison sceau "
    "amende ouvre ferme promet refuse annonce signe reporte ordonne mesure compte perd trouve "
    "vend après avant sans contre sous près entre parce bien que le la ses leur chaque"
)

# Across the end of a month.
BEGINNING = datetime(2026, 10, 28, tzinfo=UTC)
FOOTER = (
    "This service is sent to the members of the Oriel press association, who may use it in full or "
    "in part on condition that they name the association as its source wherever they do so."
)


@dataclass(frozen=True)
class Story:
    """What an outlet has published."""

    source: str
    at: datetime
    headline: str
    paragraphs: tuple[str, ...]


def sentence(chance: Random, words: list[str]) -> str:
    return " ".join(chance.choices(words, k=chance.randint(9, 18))).capitalize() + "."


def paragraph(chance: Random, words: list[str]) -> str:
    return " ".join(sentence(chance, words) for _ in range(chance.randint(1, 3)))


def fresh(chance: Random) -> Story:
    """A new story, in English or French; one in four has the association's footer."""
    words = chance.choice((ENGLISH, FRENCH))
    paragraphs = tuple(paragraph(chance, words) for _ in range(chance.randint(2, 7)))
    return Story(
        _outlet(chance),
        BEGINNING + timedelta(seconds=chance.randrange(8 * 86_400)),
        sentence(chance, words),
        paragraphs + ((FOOTER,) if chance.random() < 0.25 else ()),
    )


def _outlet(chance: Random) -> str:
    return f"outlet {chance.randrange(8)}"


def _later(chance: Random, hours: float) -> timedelta:
    return timedelta(seconds=chance.randrange(60, int(hours * 3600)))


def republished(chance: Random, one: Story, _other: Story) -> Story:
    kept = tuple(text for text in one.paragraphs if chance.random() < 0.8) or one.paragraphs
    headline = sentence(chance, ENGLISH)
    return Story(_outlet(chance), one.at + _later(chance, 20), headline, kept)


def revised(chance: Random, one: Story, _other: Story) -> Story:
    added = paragraph(chance, ENGLISH)
    return Story(one.source, one.at + _later(chance, 30), one.headline, (*one.paragraphs, added))


def copied(chance: Random, one: Story, _other: Story) -> Story:
    return Story(
        _outlet(chance), one.at + _later(chance, 80), sentence(chance, FRENCH), one.paragraphs
    )


def excerpted(chance: Random, one: Story, _other: Story) -> Story:
    return Story(_outlet(chance), one.at + _later(chance, 10), one.headline, one.paragraphs[:1])


def merged(chance: Random, one: Story, other: Story) -> Story:
    at = max(one.at, other.at) + _later(chance, 5)
    return Story(_outlet(chance), at, one.headline, one.paragraphs + other.paragraphs)


def recurring(chance: Random, one: Story, _other: Story) -> Story:
    """A bulletin: the frame of the first, its numbers its own."""
    numbers = " ".join(f"{place} {chance.randrange(10_000)} tons," for place in ENGLISH[:12])
    frame = "Grain prices at the mills of the river this morning, as the market gives them:"
    return Story("outlet 0", one.at, "Grain prices", (frame, numbers))


MADE: list[Callable[[Random, Story, Story], Story]] = [
    republished, republished, revised, copied, excerpted, merged, recurring,
]  # fmt: skip


def wire(number: int, seed: int = 1) -> list[Dispatch]:
    """Dispatches of eight outlets over eight days and more, of which about half are copies."""
    return list(_dispatches(number, Random(seed)))


def _dispatches(number: int, chance: Random) -> Iterator[Dispatch]:
    told: list[Story] = []
    for place in range(number):
        if len(told) > 1 and chance.random() < 0.5:
            one = chance.choice(MADE)(chance, *chance.choices(told[-40:], k=2))
        else:
            one = fresh(chance)
        told.append(one)
        yield dispatch(
            f"urn:{place}",
            source=one.source,
            headline=one.headline,
            body="\n\n".join(one.paragraphs),
            published_at=one.at,
            position=place,
        )
