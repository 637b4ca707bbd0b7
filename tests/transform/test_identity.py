"""What makes a dispatch the same dispatch, a state the same state, a text the same text."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.identity import (
    LONGEST_IDENTIFIER,
    address,
    content_digest,
    content_identity,
    dispatch_id,
    given_identity,
    item_digest,
    text_digest,
)
from tests.records import BODY, NOON, dispatch, item

LINK = "https://oriel.example/lock"


@pytest.mark.parametrize(
    ("identifier", "url", "identity"),
    [
        pytest.param("urn:oriel:1", LINK, "urn:oriel:1", id="the id before the link"),
        pytest.param(None, LINK, LINK, id="the link where there is no id"),
        pytest.param("  ", LINK, LINK, id="a blank id is none"),
        pytest.param("\x00", LINK, LINK, id="an id that cannot be stored is none"),
        pytest.param(None, None, None, id="neither"),
        pytest.param("", " \n", None, id="both blank"),
        pytest.param(" urn:oriel:1\n", None, "urn:oriel:1", id="white space around it"),
        pytest.param("urn:\x00oriel", None, "urn:oriel", id="a NUL inside"),
        pytest.param("urn:\ud800", None, "urn:\\ud800", id="a lone surrogate"),
        pytest.param("URN:Oriel:É", None, "URN:Oriel:É", id="otherwise as it is written"),
    ],
)
def test_the_identity_a_source_gives(
    identifier: str | None, url: str | None, identity: str | None
) -> None:
    assert given_identity(item(identifier=identifier, url=url)) == identity


def test_a_headline_is_no_identity() -> None:
    assert given_identity(item(identifier=None, url=None, headline="Morning bulletin")) is None


def test_a_long_identifier_is_known_by_its_digest() -> None:
    longest = "x" * LONGEST_IDENTIFIER
    longer = [given_identity(item(identifier=f"{longest}{end}")) for end in ("a", "b", "a")]

    assert given_identity(item(identifier=longest)) == longest
    assert longer[0] == longer[2] != longer[1]
    assert all(name and len(name) <= LONGEST_IDENTIFIER for name in longer)


@given(st.text() | st.none())
def test_an_address_is_one_that_can_be_stored_and_stays_itself(written: str | None) -> None:
    stored = address(written)

    if stored is not None:
        assert stored.encode()
        assert "\x00" not in stored
        assert address(stored) == stored


class TestDispatchId:
    def test_is_the_same_everywhere(self) -> None:
        # Archives of other machines hold it: this value must never change.
        assert dispatch_id("wire", "urn:oriel:1") == UUID("e4e61012-c775-5725-8402-24c7631c062f")

    def test_differs_by_source_and_by_name(self) -> None:
        ids = {
            dispatch_id(source, name)
            for source in ("wire", "other")
            for name in ("urn:oriel:1", "urn:oriel:2")
        }
        assert len(ids) == 4


@pytest.mark.parametrize(
    ("headline", "body", "same"),
    [
        pytest.param("The lock opens", "Barges went through.", True, id="itself"),
        pytest.param("THE LOCK OPENS", "Barges  went\nthrough", True, id="case, spaces, marks"),
        pytest.param("The lock opens", "Barges went through twice.", False, id="another text"),
        pytest.param("The lock", "opens Barges went through.", False, id="words moved over"),
    ],
)
def test_without_id_and_link_the_folded_content_is_the_identity(
    headline: str, body: str, same: bool
) -> None:
    identity = content_identity("The lock opens", "Barges went through.")

    assert (content_identity(headline, body) == identity) is same


class TestItemDigest:
    @pytest.mark.parametrize(
        "other",
        [
            {"headline": "Oriel closes its lock"},
            {"headline_markup": "html"},
            {"body": "Another text."},
            {"body_markup": "html"},
            {"url": LINK},
            {"published": "2026-11-20T11:00:01Z"},
            {"byline": "Ada Moss"},
            {"dateline": "ORIEL"},
            {"credit": "AFP"},
            {"slugline": "lock-oriel"},
            {"keywords": ("lock",)},
            {"urgency": 3},
            {"embargo": "until noon"},
            {"status": "canceled"},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_tells_apart_whatever_the_item_says(self, other: Mapping[str, Any]) -> None:
        assert item_digest(replace(item(), **other)) != item_digest(item())

    @pytest.mark.parametrize(
        "other",
        [
            {"position": 7},
            {"location": "two.txt"},
            {"sha256": "f" * 64},
            {"quality": ("salvaged",)},
            # Some feeds renew it at every poll: by itself it says nothing.
            {"updated": "2026-11-21T08:00:00Z"},
            {"identifier": "urn:oriel:2"},
            {"language": "fr"},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_does_not_depend_on_where_the_item_stands(self, other: Mapping[str, Any]) -> None:
        assert item_digest(replace(item(), **other)) == item_digest(item())

    def test_keeps_fields_apart(self) -> None:
        assert item_digest(item(headline="ab", body="c")) != item_digest(
            item(headline="a", body="bc")
        )

    @given(st.text(), st.text())
    def test_exists_for_any_text(self, headline: str, body: str) -> None:
        assert len(item_digest(item(headline=headline, body=body))) == 32


class TestContentDigest:
    @pytest.mark.parametrize(
        "other",
        [
            {"headline": "Oriel closes its lock"},
            {"body": "Another text."},
            {"credit": "AFP"},
            {"byline": "Ada Moss"},
            {"url": LINK},
            {"published_at": NOON + timedelta(seconds=1)},
            {"published_precision": "minute"},
            {"embargoed_until": NOON},
            {"urgency": 3},
            {"slugline": "lock-oriel"},
            {"keywords": ("lock",)},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_tells_apart_what_the_source_controls(self, other: Mapping[str, Any]) -> None:
        assert content_digest(replace(dispatch(), **other)) != content_digest(dispatch())

    @pytest.mark.parametrize(
        "other",
        [
            {"status": "canceled"},
            {"language": "fr"},
            {"dateline": "ORIEL"},
            {"word_count": 1},
            {"quality": ("glued_word",)},
            {"updated_at": NOON},
            {"sha256": "f" * 64},
            {"position": 7},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_does_not_depend_on_what_is_derived_or_compared_apart(
        self, other: Mapping[str, Any]
    ) -> None:
        assert content_digest(replace(dispatch(), **other)) == content_digest(dispatch())


FIFTEEN = " ".join(f"word{number}" for number in range(15))


class TestTextDigest:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            pytest.param(
                ("Oriel opens its lock", BODY), ("A lock opens", BODY), True,
                id="a headline of one's own on the same text",
            ),
            pytest.param(
                ("", "L’écluse d’Oriel a rouvert vendredi " * 4),
                ("", "L'ECLUSE D'ORIEL A ROUVERT VENDREDI\n\n" * 4), True,
                id="case, accents, quotes, spacing",
            ),
            pytest.param(
                ("", f"{BODY} It cost 10 000 euros."), ("", f"{BODY} It cost 12 000 euros."), False,
                id="another number",
            ),
            pytest.param(
                ("Morning", FIFTEEN), ("Evening", FIFTEEN), False,
                id="a short text is compared with its headline",
            ),
            pytest.param(
                ("Morning", f"{FIFTEEN} more"), ("Evening", f"{FIFTEEN} more"), True,
                id="from sixteen words on the text stands alone",
            ),
            pytest.param(
                ("水門開く", "港の水門が金曜日に九か月ぶりに開いた"),
                ("開門", "港の水門が金曜日に九か月ぶりに開いた"), True,
                id="Japanese writes no spaces",
            ),
        ],
    )  # fmt: skip
    def test_means_an_exact_copy(
        self, one: tuple[str, str], other: tuple[str, str], same: bool
    ) -> None:
        assert text_digest(*one) is not None
        assert (text_digest(*one) == text_digest(*other)) is same

    @pytest.mark.parametrize(
        ("headline", "body"),
        [
            pytest.param("", "", id="nothing"),
            pytest.param("Traffic report", "No comment.", id="a few words"),
            pytest.param("Lock", "One two three four five six.", id="seven words"),
            pytest.param("", "— … — … — … — … — … — … — … —", id="marks only"),
        ],
    )
    def test_is_none_where_equal_texts_may_be_chance(self, headline: str, body: str) -> None:
        assert text_digest(headline, body) is None
