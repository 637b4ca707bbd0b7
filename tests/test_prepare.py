"""A batch is made of a portion: read, recognised, and cleaned where it is not known."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from flows.extract.collect import Portion
from flows.load.database import Database
from flows.load.store import load
from flows.model import Batch, Document, Failed, Finished, Source, Tally
from flows.prepare import prepare
from tests.records import document, received, source

WIRE = source("wire")
AGENCY = Source(name="agency", kind="http", location="https://agency.example/feed")
SOURCES = {one.name: one for one in (WIRE, AGENCY)}

TEXT = """ date 2026-11-20 Oriel opens its lock

The lock of Oriel opened again on Friday after nine months of repairs.

Source: AFP
"""

RSS = """<rss version="2.0"><channel><title>Oriel Post</title>{}</channel></rss>"""
ITEM = """<item><guid isPermaLink="false">urn:oriel:{0}</guid><title>Story {0}</title>
<link>https://agency.example/{0}</link><pubDate>Fri, 20 Nov 2026 11:00:00 GMT</pubDate>
<description>&lt;p&gt;{1}&lt;/p&gt;</description></item>"""
NAMELESS = "<item><title>A headline alone</title></item>"


def feed(*items: str) -> Document:
    return document(
        RSS.format("".join(items)), source="agency", location="https://agency.example/feed",
        media_type="application/rss+xml",
    )  # fmt: skip


def story(number: int, text: str = "A lock opens.") -> str:
    return ITEM.format(number, text)


def portion(*documents: Document, **fields: Any) -> Portion:
    return Portion(fetched=[received(one) for one in documents], **fields)


def cleaned(made: Batch) -> list[str]:
    return sorted(one.headline for one in made.dispatches)


def test_a_portion_becomes_a_batch_with_all_that_it_held(database: Database) -> None:
    text = document(TEXT, location="a.txt")
    held = portion(text, feed(story(1), NAMELESS), finished=[Finished("agency")])

    made = prepare(database, held, SOURCES, 7)

    assert made.number == 7
    assert made.fetched == tuple(held.fetched)
    assert made.finished == (Finished("agency"),)
    assert cleaned(made) == ["A headline alone", "Oriel opens its lock", "Story 1"]
    assert (made.rejections, made.sightings) == ((), ())
    assert made.seconds > 0


def test_rejections_of_reading_and_of_cleaning_are_in_it(database: Database) -> None:
    empty = document("", location="a.txt")
    unseen = document(" date 2026-11-20 \u200b\n\n\u200b\n", location="b.txt")

    made = prepare(database, portion(empty, unseen, document(TEXT, location="c.txt")), SOURCES, 0)

    assert [(one.item, one.stage) for one in made.rejections] == [
        ("a.txt", "read"),
        ("b.txt#0", "transform"),
    ]
    assert len(made.dispatches) == 1


class TestWhatTheArchiveKnows:
    @pytest.fixture(autouse=True)
    def archive(self, database: Database) -> None:
        load(
            database,
            UUID(int=1),
            prepare(database, portion(feed(*map(story, range(5)))), SOURCES, 0),
        )

    def test_is_sighted_and_not_cleaned_again(self, database: Database) -> None:
        moved = feed(story(9), *map(story, range(4)), NAMELESS)

        made = prepare(database, portion(moved), SOURCES, 0)

        assert cleaned(made) == ["A headline alone", "Story 9"]
        assert len(made.sightings) == 4
        assert load(database, UUID(int=2), made)["agency"] == Tally(6, added=2, unchanged=4)

    def test_is_cleaned_again_where_it_changed(self, database: Database) -> None:
        made = prepare(database, portion(feed(story(1), story(2, "A weir."))), SOURCES, 0)

        assert [one.body for one in made.dispatches] == ["A weir."]
        assert load(database, UUID(int=2), made)["agency"] == Tally(2, revised=1, unchanged=1)

    def test_is_known_by_source(self, database: Database) -> None:
        elsewhere = replace(feed(story(1)), source="wire", location="a.xml")

        made = prepare(database, portion(elsewhere), SOURCES, 0)

        assert cleaned(made) == ["Story 1"]

    def test_is_recognised_in_documents_read_once_more(self, database: Database) -> None:
        stored = feed(*map(story, range(5)))

        made = prepare(database, Portion(reread=[stored]), SOURCES, 0)

        assert made.reread == (stored,)
        assert (len(made.sightings), made.dispatches) == (5, ())


@pytest.mark.parametrize(
    ("failed", "rejected"),
    [
        pytest.param(Failed("wire", "a.txt", "unreadable", "no permission", 0.1), True, id="file"),
        pytest.param(
            Failed("wire", "a.txt", "still_written", "later", 0.1), False, id="still written"
        ),
        pytest.param(Failed("wire", "a.txt", "vanished", "gone", 0.1), False, id="vanished"),
        pytest.param(Failed("wire", ".", "no_such_folder", "create it", 0.1), False, id="folder"),
        pytest.param(Failed("agency", "https://…", "refused", "down", 0.1), False, id="feed"),
    ],
)
def test_files_that_are_there_and_cannot_be_read_are_rejections(
    database: Database, failed: Failed, rejected: bool
) -> None:
    made = prepare(database, Portion(fetched=[failed]), SOURCES, 0)

    assert [(one.source, one.item, one.stage, one.code) for one in made.rejections] == (
        [("wire", "a.txt", "fetch", "unreadable")] if rejected else []
    )
