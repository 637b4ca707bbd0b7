"""Copies are told from what is not one, and lead to the dispatch their family began with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load.database import Database
from flows.load.store import load
from flows.model import Dispatch, Tally
from tests.load.loader import load_cut
from tests.records import NOON, batch, dispatch, withdrawal

Connection = psycopg.Connection[Any]
RUN = UUID(int=1)

ENGLISH = (
    "The port authority of Oriel will close the eastern lock for nine weeks from the first of "
    "March, its director told the town council on Thursday evening.",
    "Divers found cracks in both gates during an inspection in January, and the crane that lifts "
    "them has to come from Saltmere by sea, since no bridge on the way would carry it.",
    "Barges will be sent through the older western lock, which takes only one vessel at a time. "
    "The pilots expect a wait of six hours on working days and have asked for a second night crew.",
    "A spokeswoman for the grain mills said they had filled their silos in advance and that no "
    "deliveries to bakeries were in danger before the end of the month.",
)
FRENCH = (
    "Le port d'Oriel fermera son écluse orientale pendant neuf semaines à partir du premier mars, "
    "a annoncé jeudi soir son directeur devant le conseil municipal.",
    "Des plongeurs ont découvert en janvier des fissures dans les deux portes, et la grue qui doit "
    "les soulever viendra de Saltmere par la mer, aucun pont de la route ne pouvant la porter.",
    "Les péniches passeront par la vieille écluse occidentale, où l'on n'entre qu'une à la fois. "
    "Les pilotes prévoient six heures d'attente et réclament une seconde équipe de nuit.",
    "Les moulins assurent avoir rempli leurs silos à l'avance : aucune livraison aux boulangeries "
    "n'est menacée avant la fin du mois, selon leur porte-parole.",
)
TRIAL = (
    "The trial of the former harbour master opened in Saltmere on Monday with a dispute over which "
    "of the two ledgers found in his house the jury may be shown.",
    "His lawyers say the second was kept by his late brother and proves nothing, while the "
    "prosecution calls it the only honest account of what the fishermen paid him.",
    "Four skippers will be heard this week, among them the owner of the trawler that sank in the "
    "storm two winters ago with the missing money, as rumour has it, still on board.",
)
MORE = (
    "Later on Thursday the council voted by nine to four to pay half of the cost, which the "
    "authority puts at two million, out of a reserve that was meant for the swimming baths."
)
CUT = "Only a fragment of the report could be received."


def at(hours: float, name: str, *paragraphs: str, **fields: Any) -> Dispatch:
    given = {"source": "wire", "headline": "A headline for all", **fields}
    moment = NOON + timedelta(hours=hours)
    return dispatch(name, body="\n\n".join(paragraphs), published_at=moment, **given)


def bulletin(hours: float, name: str, *tons: int) -> Dispatch:
    return at(
        hours,
        name,
        "Grain at the mills of Oriel this morning, as the market gives it to the members of the "
        f"exchange: wheat {tons[0]} tons, barley {tons[1]} tons, oats {tons[2]} tons, rye "
        f"{tons[3]} tons; prices are those of the first hour, and nothing was sold after it.",
    )


@dataclass(frozen=True)
class Case:
    """Dispatches in the order they arrive, what each is a copy of, and the pairs."""

    arriving: Sequence[Dispatch]
    roots: dict[str, str | None]
    pairs: set[tuple[str, str, str]] = field(default_factory=set)


CASES = {
    "an English text republished with a part of it left out": Case(
        [at(0, "a", *ENGLISH), at(3, "b", *ENGLISH[:3], source="paper")],
        {"a": None, "b": "a"},
        {("b", "a", "republication")},
    ),
    "a French text republished with a part of it left out": Case(
        [at(0, "a", *FRENCH), at(3, "b", *FRENCH[:3], source="journal")],
        {"a": None, "b": "a"},
        {("b", "a", "republication")},
    ),
    "the same event in two languages": Case(
        [at(0, "a", *ENGLISH), at(1, "b", *FRENCH)], {"a": None, "b": None}
    ),
    "another story under the same headline": Case(
        [at(0, "a", *ENGLISH), at(1, "b", *TRIAL)], {"a": None, "b": None}
    ),
    "an excerpt": Case(
        [at(0, "a", *ENGLISH), at(1, "b", ENGLISH[1], source="paper")],
        {"a": None, "b": "a"},
        {("b", "a", "republication")},
    ),
    "texts of under 20 words, the same": Case(
        [at(0, "a", CUT), at(30, "b", CUT)],
        {"a": None, "b": "a"},
        {("b", "a", "repost")},
    ),
    "texts of under 20 words, almost the same": Case(
        [at(0, "a", CUT), at(1, "b", CUT.replace("fragment", "part"))], {"a": None, "b": None}
    ),
    "texts of under 20 words, more of one than of the other": Case(
        [
            at(0, "a", "The lock of Oriel is closed to all vessels until the wind has gone down."),
            at(
                1,
                "b",
                "The lock of Oriel is closed to all vessels until the wind has gone down again.",
            ),
        ],
        {"a": None, "b": "a"},
        {("b", "a", "revision")},
    ),
    "identical bulletins a day apart": Case(
        [bulletin(0, "a", 41, 12, 7, 3), bulletin(24, "b", 41, 12, 7, 3)],
        {"a": None, "b": "a"},
        {("b", "a", "repost")},
    ),
    "identical bulletins weeks apart": Case(
        [bulletin(0, "a", 41, 12, 7, 3), bulletin(900, "b", 41, 12, 7, 3)],
        {"a": None, "b": "a"},
        {("b", "a", "repost")},
    ),
    "bulletins with other numbers": Case(
        [bulletin(0, "a", 41, 12, 7, 3), bulletin(24, "b", 43, 15, 9, 2)],
        {"a": None, "b": None},
    ),
    "bulletins with other numbers within the hour": Case(
        [bulletin(0, "a", 41, 12, 7, 3), bulletin(1, "b", 43, 15, 9, 2)],
        {"a": None, "b": None},
    ),
    "what is alike and three days apart": Case(
        [at(0, "a", *ENGLISH), at(72, "b", *ENGLISH[:3])], {"a": None, "b": None}
    ),
    "a merge of two dispatches welds no families together": Case(
        [
            at(0, "a", *ENGLISH),
            at(1, "b", *TRIAL),
            at(2, "a'", *ENGLISH, MORE, source="paper"),
            at(3, "b'", *TRIAL[:2], source="paper"),
            at(4, "both", *ENGLISH, *TRIAL, source="review"),
            at(5, "both'", *ENGLISH, *TRIAL, source="paper"),
        ],
        {"a": None, "b": None, "a'": "a", "b'": "b", "both": "a", "both'": "a"},
        {
            ("a'", "a", "republication"),
            ("b'", "b", "republication"),
            *(("both", one, "republication") for one in ("a", "b", "a'", "b'")),
            *(("both'", one, "republication") for one in ("a", "b", "both")),
            *(("both'", one, "revision") for one in ("a'", "b'")),
        },
    ),
    "a merge is a copy of what it opens with, however much it has of the other": Case(
        [
            at(0, "a", *ENGLISH, headline="A lock in Oriel will close for nine weeks"),
            at(1, "b", *TRIAL, *FRENCH, headline="Two ledgers divide the court of Saltmere"),
            at(
                2,
                "both",
                *(*ENGLISH, *TRIAL, *FRENCH[:3]),
                headline="A lock in Oriel will close for nine weeks",
                source="review",
            ),
        ],
        {"a": None, "b": None, "both": "a"},
        {("both", "a", "republication"), ("both", "b", "republication")},
    ),
    "other news that goes on to quote a dispatch whole": Case(
        [
            at(0, "a", *ENGLISH[:2], headline="A lock in Oriel will close for nine weeks"),
            at(
                2,
                "b",
                *(*TRIAL, *ENGLISH[:2]),
                headline="Two ledgers divide the court of Saltmere",
                source="review",
            ),
        ],
        {"a": None, "b": None},
        {("b", "a", "republication")},
    ),
    "a republication that comes before its original": Case(
        [at(3, "b", *ENGLISH[:3], source="paper"), at(0, "a", *ENGLISH)],
        {"a": None, "b": "a"},
        {("b", "a", "republication")},
    ),
    "a chain whose beginning comes last": Case(
        [
            at(40, "c", *ENGLISH, MORE, CUT),
            at(20, "b", *ENGLISH, MORE),
            at(-20, "a", *ENGLISH),
        ],
        {"a": None, "b": "a", "c": "a"},
        {("b", "a", "revision"), ("c", "b", "revision")},
    ),
    "a new version from the same source": Case(
        [at(0, "a", *ENGLISH), at(4, "b", *ENGLISH, MORE)],
        {"a": None, "b": "a"},
        {("b", "a", "revision")},
    ),
    "a new version under the identifier of the same news item": Case(
        [
            at(0, "urn:newsml:wire.example:20261120:lock-17:1", *ENGLISH),
            at(4, "urn:newsml:wire.example:20261120:lock-17:2U", *ENGLISH, MORE),
        ],
        {
            "urn:newsml:wire.example:20261120:lock-17:1": None,
            "urn:newsml:wire.example:20261120:lock-17:2U": (
                "urn:newsml:wire.example:20261120:lock-17:1"
            ),
        },
        {
            (
                "urn:newsml:wire.example:20261120:lock-17:2U",
                "urn:newsml:wire.example:20261120:lock-17:1",
                "revision",
            )
        },
    ),
    "no new version where the identifiers are those of two news items": Case(
        [
            at(0, "urn:newsml:wire.example:20261120:lock-17:1", *ENGLISH),
            at(4, "urn:newsml:wire.example:20261120:tide-18:1", *ENGLISH, MORE),
        ],
        {
            "urn:newsml:wire.example:20261120:lock-17:1": None,
            "urn:newsml:wire.example:20261120:tide-18:1": (
                "urn:newsml:wire.example:20261120:lock-17:1"
            ),
        },
        {
            (
                "urn:newsml:wire.example:20261120:tide-18:1",
                "urn:newsml:wire.example:20261120:lock-17:1",
                "repost",
            )
        },
    ),
    "an original that is canceled later": Case(
        [at(0, "a", *ENGLISH), at(3, "b", *ENGLISH[:3], source="paper"), withdrawal("a")],
        {"a": None, "b": "a"},
        {("b", "a", "republication")},
    ),
    "an original that was canceled before": Case(
        [at(0, "a", *ENGLISH, status="canceled"), at(3, "b", *ENGLISH[:3], source="paper")],
        {"a": None, "b": "a"},
        {("b", "a", "republication")},
    ),
    "a copy that is rewritten": Case(
        [at(0, "a", *ENGLISH), at(1, "b", *ENGLISH[:3]), at(1, "b", *TRIAL)],
        {"a": None, "b": None},
    ),
    "a text that becomes a copy": Case(
        [at(0, "a", *ENGLISH), at(1, "b", *TRIAL), at(1, "b", *ENGLISH[:3])],
        {"a": None, "b": "a"},
        {("b", "a", "revision")},
    ),
    "an original that is rewritten": Case(
        [
            at(0, "a", *ENGLISH),
            at(1, "b", *ENGLISH[:3]),
            at(2, "c", *ENGLISH[:3], source="paper"),
            at(0, "a", *TRIAL),
        ],
        {"a": None, "b": None, "c": "b"},
        {("c", "b", "republication")},
    ),
    "a copy whose date turns out to be the earlier": Case(
        [at(0, "a", *ENGLISH), at(1, "b", *ENGLISH[:3]), at(-1, "b", *ENGLISH[:3])],
        {"a": "b", "b": None},
        {("a", "b", "revision")},
    ),
    "a copy whose date turns out to be another week": Case(
        [at(0, "a", *ENGLISH), at(1, "b", *ENGLISH[:3]), at(170, "b", *ENGLISH[:3])],
        {"a": None, "b": None},
    ),
}


def roots_by_name(connection: Connection) -> dict[str, str | None]:
    return dict(
        connection.execute(
            "SELECT d.external_id, o.external_id FROM newswire.dispatch AS d"
            " LEFT JOIN newswire.dispatch AS o ON o.dispatch_id = d.duplicate_of"
        ).fetchall()
    )


def pairs_by_name(connection: Connection) -> set[tuple[str, str, str]]:
    return set(
        connection.execute(
            "SELECT d.external_id, o.external_id, p.relation FROM newswire.duplicate AS p"
            " JOIN newswire.dispatch AS d USING (dispatch_id)"
            " JOIN newswire.dispatch AS o ON o.dispatch_id = p.of_dispatch_id"
        ).fetchall()
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_copies_are_told_from_what_is_not_one(
    database: Database, connection: Connection, case: Case
) -> None:
    load_cut(database, case.arriving, 1)

    assert roots_by_name(connection) == case.roots
    assert pairs_by_name(connection) == case.pairs


def test_of_a_republication_the_share_says_how_much_of_it_stands_in_the_original(
    database: Database, connection: Connection
) -> None:
    load(database, RUN, batch(at(0, "a", *ENGLISH), at(3, "b", *ENGLISH[:3], source="paper")))
    load(database, RUN, batch(at(0, "c", *TRIAL), at(3, "d", *TRIAL, MORE), number=1))

    shares = connection.execute(
        "SELECT d.external_id, p.share, p.jaccard FROM newswire.duplicate AS p"
        " JOIN newswire.dispatch AS d USING (dispatch_id) ORDER BY 1"
    ).fetchall()
    [(_, whole, most), (_, part, same)] = shares
    assert whole == 1
    assert 0.7 < most < 0.85
    assert 0.7 < part < 0.85
    assert part == pytest.approx(same)


def test_copies_that_are_not_word_for_word_are_counted(database: Database) -> None:
    tallies = load(
        database,
        RUN,
        batch(
            at(0, "a", *ENGLISH),
            at(3, "b", *ENGLISH[:3], source="paper"),
            at(4, "c", *ENGLISH[:3], MORE, source="paper"),
            at(5, "d", *TRIAL, source="paper"),
        ),
    )

    assert tallies == {"wire": Tally(1, added=1), "paper": Tally(3, added=3, duplicates=2)}


def test_a_bad_item_among_them_leaves_the_others_related(
    database: Database, connection: Connection
) -> None:
    others = [at(9 + n, f"other {n}", f"{n} barges. " * 30, source="list") for n in range(20)]
    bad = at(1, "bad", *ENGLISH, urgency=2**40)

    tallies = load(
        database, RUN, batch(*others, at(0, "a", *ENGLISH), bad, at(3, "b", *ENGLISH[:3]))
    )

    assert tallies["wire"] == Tally(3, added=2, rejected=1, duplicates=1)
    assert roots_by_name(connection)["b"] == "a"


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(at(3, "b", *ENGLISH[:3], source="paper", byline="Ada Crane"), id="a byline"),
        pytest.param(
            at(3, "b", *ENGLISH[:3], source="paper", status="canceled"), id="a cancellation"
        ),
        pytest.param(withdrawal("b", source="paper"), id="a bare withdrawal"),
    ],
)
def test_a_revision_of_something_else_than_the_text_changes_no_family(
    database: Database, connection: Connection, again: Dispatch
) -> None:
    load_cut(database, [at(0, "a", *ENGLISH), at(3, "b", *ENGLISH[:3], source="paper")], 1)
    before = pairs_by_name(connection)

    tallies = load(database, RUN, batch(again))

    assert tallies["paper"] == Tally(1, revised=1, duplicates=1)
    assert pairs_by_name(connection) == before
    assert roots_by_name(connection) == {"a": None, "b": "a"}
