"""What search finds, in which language, and what it never shows."""

from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from flows.load.database import Database
from flows.load.search import index_some, index_text
from flows.load.store import load
from flows.model import Dispatch
from tests.records import NOON, batch, dispatch, withdrawal

Connection = psycopg.Connection[Any]
RUN = UUID(int=1)


def story(name: str, language: str | None, headline: str, body: str, **fields: Any) -> Dispatch:
    return dispatch(name, language=language, headline=headline, body=body, **fields)


STORIES = [
    story("lock", "en", "The lock reopens", "Barges are going through the lock of Oriel again."),
    story("weir", "en", "A weir", "The weir of Oriel was opened. Nobody had asked the barges."),
    story("écluse", "fr", "L'écluse rouvre", "Les péniches ont passé l'écluse d'Oriel."),
    story("élèves", "fr", "Des ÉLÈVES à quai", "Une école de mariniers a ouvert à Oriel."),
    story("Schleuse", "de", "Die Schleuse", "Die Schleuse von Oriel ist wieder offen."),
    story("rates", None, "Rates", "Oriel 4.5"),
]


def found(connection: Connection, query: str, language: str | None = None) -> set[str]:
    rows = connection.execute(
        "SELECT external_id FROM newswire.search(%s, %s)", [query, language]
    ).fetchall()
    assert len(rows) == len(set(rows))
    return {row[0] for row in rows}


class TestWords:
    @pytest.fixture(autouse=True)
    def archive(self, database: Database) -> None:
        load(database, RUN, batch(*STORIES))
        assert index_text(database) == len(STORIES)

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            pytest.param("barge", {"lock", "weir"}, id="English plural"),
            pytest.param("open", {"weir"}, id="English past"),
            pytest.param("péniche", {"écluse"}, id="French plural"),
            pytest.param("passer", {"écluse"}, id="French verb"),
            pytest.param("eleve", {"élèves"}, id="without accents"),
            pytest.param("élève", {"élèves"}, id="with accents, in capitals there"),
            pytest.param("ÉCLUSE", {"écluse"}, id="in capitals, with an elided article there"),
            pytest.param("Schleuse", {"Schleuse"}, id="a language without stemming"),
            pytest.param("4.5", {"rates"}, id="a number, in no language"),
            pytest.param(
                "Oriel", {"lock", "weir", "écluse", "élèves", "Schleuse", "rates"}, id="everywhere"
            ),
            pytest.param('"lock of Oriel"', {"lock"}, id="a phrase"),
            pytest.param('"Oriel lock"', set(), id="a phrase in another order"),
            pytest.param("barges -weir", {"lock"}, id="without a word"),
            pytest.param(
                "Oriel -barge -péniche", {"élèves", "Schleuse", "rates"}, id="without words in two"
            ),
            pytest.param("lock OR weir", {"lock", "weir"}, id="either"),
            pytest.param("lock weir", set(), id="both"),
            pytest.param("", set(), id="nothing asked"),
            pytest.param("the", set(), id="a word that says nothing"),
            pytest.param("' & ! : ((", set(), id="marks that mean nothing"),
        ],
    )
    def test_find(self, connection: Connection, query: str, names: set[str]) -> None:
        assert found(connection, query) == names

    @pytest.mark.parametrize(
        ("language", "names"),
        [
            ("en", {"lock", "weir"}),
            ("fr", {"écluse", "élèves"}),
            ("de", {"Schleuse"}),
            ("it", set()),
        ],
    )
    def test_can_be_asked_in_one_language(
        self, connection: Connection, language: str, names: set[str]
    ) -> None:
        assert found(connection, "Oriel", language) == names


def test_the_best_come_first(database: Database, connection: Connection) -> None:
    load(
        database,
        RUN,
        batch(
            story("in passing", "en", "Harbour news", "Rain again. A lock opened. " + "Fog. " * 30),
            story("headline", "en", "A lock opens", "Barges are going through. " + "Fog. " * 30),
        ),
    )
    index_text(database)

    rows = connection.execute("SELECT external_id FROM newswire.search('lock')").fetchall()
    assert rows == [("headline",), ("in passing",)]


LOCK = "A lock opens in the harbour of Oriel, and barges are going through it again at last."
UNSHOWN = [
    ("canceled", [dispatch("a", body=LOCK, status="canceled")], set()),
    ("withheld", [dispatch("a", body=LOCK, status="withheld")], set()),
    ("embargoed", [dispatch("a", body=LOCK, embargoed_until=NOON + timedelta(days=9999))], set()),
    ("past its embargo", [dispatch("a", body=LOCK, embargoed_until=NOON - timedelta(9))], {"a"}),
    ("withdrawn later", [dispatch("a", body=LOCK), withdrawal("a")], set()),
    ("a copy", [dispatch("a", body=LOCK), dispatch("b", body=LOCK, published_at=None,
                                                   published_precision=None)], {"a"}),
    ("revised to say something else",
     [dispatch("a", body=LOCK, headline="A"), dispatch("a", body="A weir.", headline="A")], set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("states", "names"), [case[1:] for case in UNSHOWN], ids=[case[0] for case in UNSHOWN]
)
def test_finds_only_what_may_be_shown(
    database: Database, connection: Connection, states: list[Dispatch], names: set[str]
) -> None:
    for number, one in enumerate(states):
        load(database, RUN, batch(one, number=number))
        index_text(database)

    assert found(connection, "lock") == names


class TestIndexing:
    def test_goes_on_where_it_was_cut_off(self, database: Database, connection: Connection) -> None:
        load(database, RUN, batch(*STORIES))
        with database.connect() as cut_off, cut_off.transaction(force_rollback=True):
            assert index_some(cut_off, most=4) == 4
        assert index_some(connection, most=4) == 4
        assert len(found(connection, "Oriel")) == 4

        assert index_text(database) == 2
        assert index_text(database) == 0
        assert len(found(connection, "Oriel")) == 6

    def test_of_what_did_not_change_is_not_repeated(self, database: Database) -> None:
        load(database, RUN, batch(*STORIES))
        index_text(database)

        load(database, UUID(int=2), batch(*STORIES))

        assert index_text(database) == 0

    # Compounds are indexed whole and in parts, and these letters take two to four bytes each.
    @pytest.mark.parametrize(
        "letters",
        [
            pytest.param("абвгдежзийклмнопрстуфхцчшщ", id="two bytes a letter"),
            pytest.param("日本語港水門船川橋町山海空雨風雪火土木金石", id="three bytes"),
            pytest.param("𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻", id="four bytes"),
            pytest.param("abcdefghijklmnopqrstuvwxyz", id="one byte"),
        ],
    )
    @pytest.mark.parametrize("joint", ["-", "", "/"], ids=["compounds", "words", "paths"])
    def test_of_more_words_than_fit_stores_the_first(
        self, database: Database, connection: Connection, letters: str, joint: str
    ) -> None:
        pick = Random(1)
        parts = ["".join(pick.choices(letters, k=4)) for _ in range(30_000)]
        text = " ".join(joint.join(pair) for pair in pairwise(parts))
        long = story("long", "ru", "Oriel", f"Schleuse {text}")
        assert len(long.body) > 200_000
        load(database, RUN, batch(long, STORIES[0]))

        assert index_text(database) == 2

        assert found(connection, "Schleuse") == {"long"}
        assert found(connection, "barge") == {"lock"}

    def test_of_one_endless_word_is_no_fault(
        self, database: Database, connection: Connection
    ) -> None:
        load(database, RUN, batch(story("long", "en", "Oriel", "x" * 3_000_000)))

        assert index_text(database) == 1
        assert found(connection, "Oriel") == {"long"}


class TestTheReader:
    @pytest.fixture(autouse=True)
    def reading(self, database: Database, connection: Connection) -> None:
        load(database, RUN, batch(*STORIES))
        index_text(database)
        connection.execute("SET ROLE newswire_reader")

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT external_id FROM newswire.search('barge')",
            "SELECT external_id FROM newswire.dispatch_as_of(now())",
            "SELECT external_id FROM newswire.publishable",
            "SELECT external_id FROM newswire.dispatch",
            "SELECT external_id FROM newswire.revision",
            "SELECT sha256, media_type, first_received_at FROM newswire.document",
            "SELECT source FROM newswire.poll",
        ],
    )
    def test_reads_views_tables_and_functions(self, connection: Connection, query: str) -> None:
        assert connection.execute(query).fetchall()

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT body FROM newswire.document",
            "SELECT * FROM newswire.document",
            "DELETE FROM newswire.dispatch",
            "UPDATE newswire.source SET enabled = false",
            "CREATE TABLE newswire.mine ()",
        ],
    )
    def test_reads_no_raw_document_and_writes_nothing(
        self, connection: Connection, query: str
    ) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(query)
