"""JSON Feed 1 and 1.1, sound and damaged."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.model import Item, Rejection

ITEM = {"id": "b-1", "url": "https://beacon.example/1", "title": "Lamp", "content_text": "It turns"}


def feed(*items: object, **fields: object) -> str:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Beacon", **fields, "items": items}
    )


def test_reads_every_field(read_items: Any) -> None:
    (item,) = read_items(
        feed(
            {
                **ITEM,
                "content_html": "<p>It turns again</p>",
                "summary": "It turns",
                "date_published": "2026-03-02T08:30:00+01:00",
                "date_modified": "2026-03-02T09:00:00+01:00",
                "authors": [{"name": "Ada Quill"}, {"name": "Bo Lantern"}],
                "tags": ["Coast", "Light"],
                "language": "en",
            }
        )
    )
    assert (item.identifier, item.url) == ("b-1", "https://beacon.example/1")
    assert (item.headline, item.headline_markup) == ("Lamp", "text")
    assert (item.body, item.body_markup) == ("<p>It turns again</p>", "html")
    assert item.published == "2026-03-02T08:30:00+01:00"
    assert item.updated == "2026-03-02T09:00:00+01:00"
    assert (item.byline, item.keywords) == ("Ada Quill, Bo Lantern", ("Coast", "Light"))
    assert (item.language, item.quality) == ("en", ())


@pytest.mark.parametrize(
    ("item", "identifier"),
    [({"id": 7671}, "7671"), ({"id": 1.50}, "1.5"), ({"id": 10**30}, str(10**30)), ({}, None)],
)
def test_identifiers_are_strings(read_items: Any, item: Any, identifier: str | None) -> None:
    (found,) = read_items(feed({"title": "Lamp", **item}))
    assert found.identifier == identifier


@pytest.mark.parametrize(
    ("item", "base", "url"),
    [
        ({"url": "/1"}, "https://b.example/feed.json", "https://b.example/1"),
        ({"url": "/1"}, None, "https://home.example/1"),
        ({"external_url": "https://elsewhere.example/"}, None, "https://elsewhere.example/"),
        ({"url": "", "external_url": "https://e.example/"}, None, "https://e.example/"),
        ({"url": "mailto:a@b.example"}, None, None),
    ],
)
def test_links_become_absolute(read_items: Any, item: Any, base: str | None, url: str) -> None:
    (found,) = read_items(
        feed({"title": "T", **item}, home_page_url="https://home.example/"), base_url=base
    )
    assert found.url == url


def test_what_the_feed_says_holds_for_items_that_are_silent(read_items: Any) -> None:
    items = read_items(
        feed(
            ITEM,
            {**ITEM, "language": "fr", "author": {"name": "Ana"}},
            language="en",
            author={"name": "Ada"},
        )
    )
    assert [(item.language, item.byline) for item in items] == [("en", "Ada"), ("fr", "Ana")]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param({}, "empty_item", id="nothing in it"),
        pytest.param({"id": "only"}, "empty_item", id="only an id"),
        pytest.param("text", "wrong_type", id="a string"),
        pytest.param(None, "wrong_type", id="null"),
        pytest.param({**ITEM, "content_text": ["a"]}, "wrong_type", id="text that is a list"),
        pytest.param({**ITEM, "id": {}}, "wrong_type", id="id that is an object"),
    ],
)
def test_a_bad_item_costs_itself_only(read_bytes: Any, wrong: object, code: str) -> None:
    first, second, third = read_bytes(feed(ITEM, wrong, {**ITEM, "id": "b-3"}))
    assert isinstance(second, Rejection)
    assert (second.code, second.item) == (code, "wire/bulletin#1")
    assert (first.identifier, third.identifier, third.position) == ("b-1", "b-3", 2)


@pytest.mark.parametrize("field", ["tags", "authors", "author", "language", "image", "attachments"])
@pytest.mark.parametrize("value", [7, "text", {"a": 1}, [None, [1]], True, None])
def test_a_wrong_type_in_what_describes_an_item_is_passed_over(
    read_items: Any, field: str, value: object
) -> None:
    (item,) = read_items(feed({**ITEM, field: value}))
    assert item.body == "It turns"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings(read_items: Any, encoding: str) -> None:
    text = json.dumps({"items": [{"title": "Été à Nîmes"}]}, ensure_ascii=False)
    (item,) = read_items(text.encode(encoding), location="feed.json")
    assert item.headline == "Été à Nîmes"


def test_a_feed_cut_short_keeps_the_items_before(read_bytes: Any) -> None:
    whole = feed(ITEM, {**ITEM, "id": "b-2"}, {**ITEM, "id": "b-3"})
    *items, rest = read_bytes(whole[: whole.index('"b-3"')])
    assert [(item.identifier, item.quality) for item in items] == [
        ("b-1", ("salvaged",)),
        ("b-2", ("salvaged",)),
    ]
    assert (rest.code, rest.item) == ("unreadable_json", "wire/bulletin#2")


def test_a_feed_with_something_after_it_is_read(read_bytes: Any) -> None:
    found = read_bytes(feed(ITEM) + "<!-- served in 3 ms -->")
    assert [getattr(one, "identifier", None) for one in found] == ["b-1", None]


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("{", "unreadable_json", id="a bracket"),
        pytest.param('{"title": "cut', "unreadable_json", id="cut before its items"),
        pytest.param(DEEP, "unreadable_json", id="nested deep"),
        pytest.param('{"a":' * 100_000, "unreadable_json", id="objects nested deep"),
        pytest.param("[]", "not_a_feed", id="a list"),
        pytest.param('{"error": "not found"}', "not_a_feed", id="another object"),
        pytest.param('{"items": {"a": 1}}', "not_a_feed", id="items that are no list"),
        pytest.param(" \n", "empty", id="white space"),
    ],
)
def test_what_is_no_json_feed_is_one_rejection(read_bytes: Any, body: str, code: str) -> None:
    (rejection,) = read_bytes(body, format="jsonfeed")
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.item) == (code, "wire/bulletin")


def test_an_item_nested_too_deep_keeps_those_before_it(read_bytes: Any) -> None:
    first, rest = read_bytes(feed(ITEM, "DEEP").replace('"DEEP"', DEEP))
    assert (first.identifier, rest.code) == ("b-1", "unreadable_json")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "9" * 10_000, "true", "null"])
def test_odd_values_elsewhere_cost_nothing(read_items: Any, value: str) -> None:
    (item,) = read_items(feed({**ITEM, "language": "?", "_size": "?"}).replace('"?"', value))
    assert item.body == "It turns"


def test_the_last_of_two_equal_keys_counts(read_items: Any) -> None:
    (item,) = read_items('{"items": [{"title": "first", "title": "second"}]}', format="jsonfeed")
    assert item.headline == "second"


def test_one_id_under_different_links_is_no_identity(read_items: Any) -> None:
    items = read_items(feed(ITEM, {**ITEM, "url": "https://beacon.example/2"}))
    assert [(item.identifier, item.quality) for item in items] == [(None, ("repeated_id",))] * 2


def test_an_empty_feed_holds_nothing(read_bytes: Any) -> None:
    assert read_bytes(feed()) == []


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
items = st.dictionaries(
    st.sampled_from([*ITEM, "authors", "author", "tags", "summary", "content_html", "language"]),
    anything,
)


@given(st.lists(items | anything, max_size=4), st.integers(0, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_item_ends_as_one_outcome(read_bytes: Any, entries: list[Any], cut: int) -> None:
    text = json.dumps({"items": entries})
    assert len(read_bytes(text, format="jsonfeed")) == len(entries)
    for one in read_bytes(text[: len(text) - cut], format="jsonfeed"):
        assert isinstance(one, Item | Rejection)
