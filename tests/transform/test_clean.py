"""An item becomes a dispatch: damage and markup go, words stay, what looks wrong is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.extract.read import text as text_reader
from flows.model import Dispatch, Item, Rejection, Source
from flows.transform.clean import transform, transform_all
from tests.records import NOON, document, item, source

WIRE = source(timezone="Europe/Paris")

# With the blemishes wires have: a glued word, a phrase said twice, guillemets, no-break spaces.
PLAIN = """ date 2026-11-20 Oriel : l'écluse rouvre « enfin »

ORIEL, 20 nov 2026 (AFP) - L'écluse du port d'Oriel a rouvert vendredi après neuf mois de
travaux, a annoncé la capitainerie.

Le port, que Paul Anselmeen visite a trouvé ouvert, compte sur
une aide décisive, une aide décisive de la région.

« Nous attendions ce jour », a dit le maire Paul Anselme.

Source: AFP
"""


def cleaned(given_item: Item, given_source: Source = WIRE) -> Dispatch:
    result = transform(given_item, given_source, NOON)
    assert isinstance(result, Dispatch)
    return result


def changed(**fields: Any) -> Dispatch:
    return cleaned(item(**fields))


class TestAPlainTextDispatch:
    @pytest.fixture
    def dispatch(self) -> Dispatch:
        [found] = text_reader.read(document(PLAIN, location="fr/ecluse.txt"), WIRE)
        assert isinstance(found, Item)
        return cleaned(found)

    def test_is_known_by_its_path(self, dispatch: Dispatch) -> None:
        assert dispatch.external_id == "fr/ecluse.txt"
        assert (dispatch.location, dispatch.position) == ("fr/ecluse.txt", 0)

    def test_keeps_its_words_blemishes_and_typography(self, dispatch: Dispatch) -> None:
        assert dispatch.headline == "Oriel : l'écluse rouvre « enfin »"
        assert "Paul Anselmeen visite" in dispatch.body
        assert "une aide décisive, une aide décisive" in dispatch.body
        assert "« Nous attendions ce jour »" in dispatch.body

    def test_keeps_its_paragraphs(self, dispatch: Dispatch) -> None:
        assert len(dispatch.body.split("\n\n")) == 3

    def test_moves_its_credit_to_a_column(self, dispatch: Dispatch) -> None:
        assert dispatch.credit == "AFP"
        assert "Source:" not in dispatch.body

    def test_names_its_day_in_the_zone_of_its_source(self, dispatch: Dispatch) -> None:
        assert dispatch.published_at == datetime(2026, 11, 19, 23, tzinfo=UTC)
        assert dispatch.published_precision == "day"

    def test_is_described(self, dispatch: Dispatch) -> None:
        assert dispatch.language == "fr"
        assert dispatch.dateline == "ORIEL, 20 nov 2026 (AFP)"
        assert dispatch.word_count == len(
            [word for word in dispatch.body.split() if any(c.isalnum() for c in word)]
        )
        assert dispatch.status == "usable"

    def test_names_what_looks_wrong(self, dispatch: Dispatch) -> None:
        assert dispatch.quality == ("glued_word", "repeated_phrase")


def test_html_becomes_paragraphs_and_nothing_is_glued() -> None:
    dispatch = changed(
        headline="L&#233;cluse <i>d&amp;rsquo;Oriel</i>",
        headline_markup="html",
        body="<p>A<b>B</b> opens</p><p>The lock<br>and the weir</p><script>x()</script>",
        body_markup="html",
    )

    assert dispatch.headline == "Lécluse d’Oriel"
    assert dispatch.body == "AB opens\n\nThe lock\nand the weir"


def test_plain_text_is_not_taken_for_html() -> None:
    assert changed(body="The lock is 5 < 6 & wide.").body == "The lock is 5 < 6 & wide."


def test_encoding_damage_is_repaired_and_named() -> None:
    dispatch = changed(body="Le port a Ã©tÃ© fermÃ© aprÃ¨s la tempÃªte.")

    assert dispatch.body == "Le port a été fermé après la tempête."
    assert "mojibake_repaired" in dispatch.quality


def test_flags_of_reading_stay() -> None:
    assert "salvaged" in changed(quality=("salvaged",)).quality


class TestEmbargoes:
    @pytest.mark.parametrize(
        ("embargo", "status", "until"),
        [
            pytest.param(None, "usable", None, id="none"),
            pytest.param(
                "2026-11-21T06:00:00Z", "usable", datetime(2026, 11, 21, 6, tzinfo=UTC),
                id="readable",
            ),
            pytest.param("until the minister speaks", "withheld", None, id="unreadable"),
            pytest.param("", "withheld", None, id="said and left blank"),
        ],
    )  # fmt: skip
    def test_hold_a_dispatch_back(
        self, embargo: str | None, status: str, until: datetime | None
    ) -> None:
        dispatch = changed(embargo=embargo)

        assert (dispatch.status, dispatch.embargoed_until) == (status, until)
        assert ("embargo_unreadable" in dispatch.quality) is (status == "withheld")

    def test_are_found_in_the_text(self) -> None:
        dispatch = changed(body=f"EMBARGOED UNTIL 0600 GMT NOVEMBER 21\n\n{item().body}")

        assert dispatch.embargoed_until == datetime(2026, 11, 21, 6, tzinfo=UTC)

    def test_do_not_bring_back_what_is_canceled(self) -> None:
        assert changed(embargo="until he speaks", status="canceled").status == "canceled"


def at(hours: float) -> str:
    return (NOON + timedelta(hours=hours)).isoformat()


class TestDates:
    @pytest.mark.parametrize(
        ("published", "updated", "hours", "flags"),
        [
            pytest.param(at(-1), None, -1, set(), id="published"),
            pytest.param(at(-1), at(0), -1, set(), id="published, then updated"),
            pytest.param(None, at(-2), -2, set(), id="only updated"),
            pytest.param(" ", at(-2), -2, set(), id="blank, and updated"),
            pytest.param("last week", at(-2), -2, {"date_unreadable"}, id="unreadable, updated"),
            pytest.param("last week", None, None, {"date_unreadable"}, id="unreadable"),
            pytest.param(" ", "some day", None, {"date_unreadable"}, id="blank and unreadable"),
            pytest.param(None, None, None, {"no_date"}, id="none"),
            pytest.param(" ", "", None, {"no_date"}, id="blank"),
            pytest.param(at(23), None, 23, set(), id="tomorrow, as clocks and zones may have it"),
            pytest.param(at(25), None, 25, {"date_in_future"}, id="beyond that"),
            pytest.param("2099-01-01", None, None, {"date_in_future"}, id="too far to be meant"),
            pytest.param("9999-01-01", None, None, {"date_unreadable"}, id="beyond belief"),
        ],
    )
    def test_are_read_or_named_as_unread(
        self, published: str | None, updated: str | None, hours: float | None, flags: set[str]
    ) -> None:
        dispatch = changed(published=published, updated=updated)

        assert dispatch.published_at == (None if hours is None else NOON + timedelta(hours=hours))
        assert (dispatch.published_precision is None) is (hours is None)
        about_dates = {"date_unreadable", "no_date", "date_in_future", "date_disagrees"}
        assert about_dates & set(dispatch.quality) == flags

    def test_that_the_text_contradicts_are_named(self) -> None:
        body = f"ORIEL, Nov 2, 2026 (Reuters) - {item().body}"

        assert "date_disagrees" in changed(body=body).quality

    def test_of_an_update_order_versions(self) -> None:
        assert changed(updated=at(-0.5)).updated_at == NOON - timedelta(minutes=30)


class TestCredit:
    @pytest.mark.parametrize(
        ("body", "field", "agency", "credit"),
        [
            pytest.param("", None, None, None, id="nobody named"),
            pytest.param("", None, "Havre Wire", "Havre Wire", id="the source's agency"),
            pytest.param("\n\n(Reuters)", None, "Havre Wire", "Reuters", id="the text's"),
            pytest.param("\n\n(Reuters)", "AFP", "Havre Wire", "AFP", id="the item's own field"),
        ],
    )
    def test_is_the_first_that_is_named(
        self, body: str, field: str | None, agency: str | None, credit: str | None
    ) -> None:
        given_item = item(body=item().body + body, credit=field)

        dispatch = cleaned(given_item, replace(WIRE, agency=agency))

        assert dispatch.credit == credit
        assert dispatch.body == item().body


class TestLanguage:
    @pytest.mark.parametrize(
        ("body", "declared", "of_source", "language"),
        [
            pytest.param(item().body, "fr", "fr", "en", id="the text's own words"),
            pytest.param("Ok.", "fr-FR", "en", "fr", id="too short: as declared"),
            pytest.param("Ok.", "fr_CA", None, "fr", id="declared with a country"),
            pytest.param("Ok.", "french", "en", "en", id="declared in no code: the source's"),
            pytest.param("Ok.", None, "en", "en", id="too short: the source's"),
            pytest.param("Ok.", None, None, None, id="unknown"),
        ],
    )
    def test_falls_back(
        self, body: str, declared: str | None, of_source: str | None, language: str | None
    ) -> None:
        given_item = item(headline="Oriel", body=body, language=declared)

        assert cleaned(given_item, replace(WIRE, language=of_source)).language == language


class TestNothingReadable:
    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"headline": "", "body": ""}, id="blank"),
            pytest.param(
                {"headline": "<b></b>", "headline_markup": "html",
                 "body": "<script>x()</script><!-- -->", "body_markup": "html"},
                id="markup only",
            ),
            pytest.param({"headline": "\u200b", "body": "\x07\ufeff"}, id="what cannot be seen"),
            pytest.param({"headline": "", "body": "\n\nSource: AFP\n"}, id="a credit alone"),
            pytest.param({"headline": "", "body": "", "url": " \x00"}, id="a blank link"),
        ],
    )  # fmt: skip
    def test_is_a_rejection_that_says_where(self, fields: dict[str, Any]) -> None:
        result = transform(item(position=4, identifier=None, **fields), WIRE, NOON)

        assert isinstance(result, Rejection)
        assert (result.stage, result.code) == ("transform", "nothing_readable")
        assert (result.item, result.sha256) == ("one.txt#4", item().sha256)

    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param(
                {"headline": "", "body": "", "url": "https://oriel.example/"}, id="a link"
            ),
            pytest.param({"headline": "Oriel", "body": ""}, id="a headline"),
            pytest.param({"headline": "", "body": "Ok."}, id="a text"),
            pytest.param(
                {"headline": "", "body": "", "status": "canceled", "status_only": True},
                id="a withdrawal",
            ),
        ],
    )
    def test_anything_else_is_a_dispatch(self, fields: dict[str, Any]) -> None:
        assert isinstance(transform(item(**fields), WIRE, NOON), Dispatch)

    def test_costs_itself_only(self) -> None:
        empty = item(headline="", body="", identifier=None)

        dispatches, rejections = transform_all(
            [item(position=0), replace(empty, position=1), item(position=2)],
            {"wire": WIRE},
            {item().sha256: NOON},
        )

        assert [one.position for one in dispatches] == [0, 2]
        assert [one.item for one in rejections] == ["one.txt#1"]


def test_a_withdrawal_is_not_blamed_for_saying_nothing() -> None:
    fields = {"headline": "", "body": "", "status": "canceled", "status_only": True}

    assert changed(published=None, **fields).quality == ()


def test_what_has_no_id_is_known_by_its_content() -> None:
    first, again, other = (
        changed(identifier=None, headline=headline, position=position)
        for headline, position in (("Oriel", 0), ("ORIEL", 5), ("Oriel, again", 0))
    )

    assert first.dispatch_id == again.dispatch_id != other.dispatch_id
    assert first.external_id.startswith("content:")


def test_a_link_is_kept_letter_by_letter() -> None:
    # Composing or decoding it could lead elsewhere.
    link = "https://oriel.example/e\u0301cluse?a=1&amp;b=%C3%A9"

    assert changed(url=f" {link}\n").url == link


STRINGS = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    ["\ud800", "a\x00b", "\udfff\ud800", "<p>a</p>", "EMBARGO", "2026-13-45", "&#0;", "&#xd800;"]
)
MAYBE = st.none() | STRINGS
ITEMS = st.builds(
    item,
    location=STRINGS,
    identifier=MAYBE,
    url=MAYBE,
    headline=STRINGS,
    headline_markup=st.sampled_from(["html", "text"]),
    body=STRINGS,
    body_markup=st.sampled_from(["html", "text"]),
    published=MAYBE,
    updated=MAYBE,
    byline=MAYBE,
    dateline=MAYBE,
    credit=MAYBE,
    slugline=MAYBE,
    keywords=st.lists(STRINGS, max_size=3).map(tuple),
    language=MAYBE,
    embargo=MAYBE,
    status=st.sampled_from(["usable", "withheld", "canceled"]),
    status_only=st.booleans(),
)


@settings(max_examples=300)
@given(ITEMS)
def test_any_item_becomes_what_can_be_stored_and_twice_the_same(given_item: Item) -> None:
    result = transform(given_item, WIRE, NOON)

    assert transform(given_item, WIRE, NOON) == result
    if isinstance(result, Dispatch):
        texts = [
            result.external_id, result.headline, result.body, result.language or "",
            result.credit or "", result.byline or "", result.dateline or "", result.url or "",
            result.slugline or "", *result.keywords, *result.quality,
        ]  # fmt: skip
        assert all("\x00" not in one for one in texts)
        assert "".join(texts).encode()


@given(ITEMS)
def test_what_was_cleaned_stays_as_it_is(given_item: Item) -> None:
    once = transform(given_item, WIRE, NOON)
    if not isinstance(once, Dispatch) or once.credit:
        return
    again = cleaned(
        replace(
            given_item,
            headline=once.headline,
            headline_markup="text",
            body=once.body,
            body_markup="text",
            byline=once.byline,
            dateline=once.dateline,
            slugline=once.slugline,
            keywords=once.keywords,
            url=once.url,
        )
    )

    assert (again.headline, again.body) == (once.headline, once.body)
    assert again.text_digest == once.text_digest
    assert again.content_digest == once.content_digest
