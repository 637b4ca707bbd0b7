"""Damaged and hostile feeds: what can be read is read, and each item costs itself only."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.extract.read import mend, parse
from flows.model import Item, Rejection


def story(number: int, words: str = "") -> str:
    return (
        f"<title>Story {number}</title><guid isPermaLink='false'>s-{number}</guid>"
        f"<description><![CDATA[<p>Text of {number}.</p>]]></description>{words}"
    )


@pytest.mark.parametrize(
    ("damage", "headline", "body"),
    [
        pytest.param("<title>Fish & chips</title>", "Fish & chips", "", id="bare ampersand"),
        pytest.param("<title>Tea &eacute; cake</title>", "Tea é cake", "", id="entity of HTML"),
        pytest.param("<title>Tea &nbsp;</title>", "Tea", "", id="no-break space"),
        pytest.param("<title>Tea &quux; cake</title>", "Tea &quux; cake", "", id="no such entity"),
        pytest.param("<title>5 < 6</title>", "5 < 6", "", id="bare bracket"),
        pytest.param("<title>Bell\x07 rings\x00</title>", "Bell rings", "", id="controls"),
        pytest.param("<title>A&#0;B&#xD800;C</title>", "ABC", "", id="illegal references"),
        pytest.param("<title>x ]]> y</title>", "x ]]> y", "", id="stray end of section"),
        pytest.param(
            "<title>T</title><description><![CDATA[<p>Open</description>", "T", "<p>Open",
            id="unclosed section",
        ),
        pytest.param("<title>T</title><!-- never closed", "T", "", id="unclosed comment"),
        pytest.param("<title>T</title><nope:tag>x</nope:tag>", "T", "", id="undeclared prefix"),
        pytest.param("<title>T</title><a href=x>l</b>", "T", "", id="crossed tags"),
        pytest.param('<?xml version="1.0"?><title>T</title>', "T", "", id="second declaration"),
        pytest.param("<title>T</title><!DOCTYPE x [", "T", "", id="document type inside"),
    ],
)  # fmt: skip
def test_damage_in_one_item_costs_no_other(
    read_items: Any, rss: Any, damage: str, headline: str, body: str
) -> None:
    items = read_items(rss(story(1), damage, story(3)))
    assert [item.headline.replace("\xa0", "").strip() for item in items] == [
        "Story 1",
        headline,
        "Story 3",
    ]
    assert items[1].body == body
    assert items[0].body == "<p>Text of 1.</p>"
    assert items[2].body == "<p>Text of 3.</p>"
    assert items[0].quality == ()
    assert "salvaged" in items[1].quality


def test_a_section_closed_by_a_later_item_hides_none(read_items: Any, rss: Any) -> None:
    items = read_items(
        rss(story(1), "<title>T</title><description><![CDATA[Open</description>", story(3))
    )
    assert [item.headline for item in items] == ["Story 1", "T", "Story 3"]


def test_items_that_are_commented_out_stay_out(read_items: Any, rss: Any) -> None:
    feed = rss(story(1), story(2), story(3, " & "))
    second = f"<item>{story(2)}</item>"
    items = read_items(feed.replace(second, f"<!-- {second} -->"))
    assert [item.identifier for item in items] == ["s-1", "s-3"]


def test_a_feed_cut_inside_an_entry_keeps_the_half(read_items: Any, rss: Any) -> None:
    second_one = "<guid>s-2</guid><title>Second</title><description>&lt;p&gt;First half of a long"
    whole = rss(story(1), f"{second_one} text")
    first, second = read_items(whole[: whole.index(" of a long")])
    assert (first.headline, first.quality) == ("Story 1", ())
    assert (second.headline, second.body) == ("Second", "<p>First half")
    assert second.quality == ("salvaged", "truncated")


def test_a_feed_cut_before_the_id_of_an_entry_rejects_it(read_bytes: Any, rss: Any) -> None:
    whole = rss(story(1), "<title>Second</title><link>https://b.example/2</link><guid>s-2</guid>")
    first, second = read_bytes(whole[: whole.index("<guid>s-2")].encode(), format="feed")
    assert isinstance(first, Item)
    assert (second.code, second.item) == ("cut_off", "wire/bulletin#1")


def test_a_feed_without_ids_keeps_the_half_entry_all_the_same(read_items: Any, rss: Any) -> None:
    link = "<link>https://b.example/2</link><description>First half of a long text</description>"
    whole = rss("<title>First</title>", f"<title>Second</title>{link}")
    assert [one.headline for one in read_items(whole[: whole.index(" of a long")])] == [
        "First",
        "Second",
    ]


def test_a_feed_cut_between_entries_flags_none(read_items: Any, rss: Any) -> None:
    whole = rss(story(1), story(2))
    items = read_items(whole[: whole.index("</channel>")])
    assert [item.quality for item in items] == [(), ()]


def test_any_cut_keeps_every_entry_before_it(read_bytes: Any, rss: Any) -> None:
    feed = rss(*(story(number) for number in range(4)))
    for end in range(feed.index("<item>") + 6, len(feed)):
        found = read_bytes(feed[:end], format="feed")
        whole = [one for one in found if isinstance(one, Item) and "truncated" not in one.quality]
        assert len(whole) >= feed[:end].count("</item>")
        assert len(found) == feed[:end].count("<item>")


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("\n\n  {}", id="white space before"),
        pytest.param("PHP Warning: bad\n{}", id="a message before"),
        pytest.param("\ufeff\ufeff{}", id="two marks"),
        pytest.param("{}<script>count()</script>", id="a script after"),
        pytest.param("{}\x00\x00\x00", id="nulls after"),
    ],
)
def test_junk_around_a_feed(read_items: Any, rss: Any, around: str) -> None:
    items = read_items(around.format(rss(story(1), story(2))))
    assert [item.identifier for item in items] == ["s-1", "s-2"]
    assert [item.body for item in items] == ["<p>Text of 1.</p>", "<p>Text of 2.</p>"]


def test_a_broken_byte_flags_only_what_it_can_stand_in(read_items: Any, rss: Any) -> None:
    words = "<title>L'été à Nîmes l#hiver</title>"
    items = read_items(rss(story(1), words).encode().replace(b"#", b"\x92"))
    assert [item.quality for item in items] == [(), ("undecodable",)]
    assert items[1].headline == "L'été à Nîmes l’hiver"


def test_two_feeds_in_one_document(read_items: Any, rss: Any) -> None:
    items = read_items(rss(story(1)) + rss(story(2)))
    assert [item.identifier for item in items] == ["s-1", "s-2"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>", "not_a_feed"),
        ("<html><body><p>Moved<br></body></html>", "not_a_feed"),
        ("<?xml version='1.0'?><sitemap><url/></sitemap>", "not_a_feed"),
        ("Service unavailable", "not_a_feed"),
        ('<rss version="2.0"><channel><title>Cut bef', "unreadable_feed"),
        ("", "empty"),
        ("\x89PNG\r\n\x1a\n", "binary"),
    ],
)
def test_what_is_no_feed_is_one_rejection(read_bytes: Any, body: str, code: str) -> None:
    (rejection,) = read_bytes(body.encode("latin-1"), format="feed", location="https://b.example/")
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.item) == (code, "https://b.example/")


def test_the_rejection_names_the_page_that_came_instead(read_bytes: Any) -> None:
    (rejection,) = read_bytes(
        "<html><title>502 Bad\n Gateway</title></html>", media_type="text/xml"
    )
    assert "502 Bad Gateway" in rejection.message


def test_the_rejection_names_the_feeds_that_the_page_offers(read_bytes: Any) -> None:
    head = (
        '<base href="https://a.example/blog/">'
        '<link rel="stylesheet" href="s.css"><link rel="shortcut icon" href="i.png">'
        '<LINK REL="Alternate" TYPE="application/rss+xml" HREF="feed.xml">'
        '<link rel="alternate" type="application/feed+json" href="//b.example/feed.json">'
        '<link rel="alternate" type="text/html" hreflang="fr" href="/fr">'
    )
    (rejection,) = read_bytes(f"<!DOCTYPE html><html><head>{head}</head>", format="feed")
    assert "https://a.example/blog/feed.xml and https://b.example/feed.json" in rejection.message
    assert "s.css" not in rejection.message and "/fr" not in rejection.message


def test_entities_that_multiply_are_not_expanded(read_items: Any, rss: Any) -> None:
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{bomb}]>'
    (item,) = read_items(rss("<title>&e9; &e0;</title>", head=head))
    assert item.headline == "&e9; ha"


@pytest.mark.parametrize("before", ["", "<?odd <thing?>"])
def test_entities_that_point_elsewhere_are_not_fetched(
    read_items: Any, rss: Any, tmp_path: Path, before: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden words")
    head = (
        f'<?xml version="1.0"?>{before}<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">'
        f'<!ENTITY % p SYSTEM "{secret.as_uri()}">%p;]>'
    )
    items = read_items(rss("<title>a &s; b</title>", story(2), head=head))
    assert "hidden" not in repr(items)
    assert [item.identifier for item in items] == [None, "s-2"]


def test_plain_entities_that_a_feed_declares_are_no_damage(read_items: Any, rss: Any) -> None:
    head = '<!DOCTYPE rss [\n<!ENTITY beacon "The Beacon">\n<!ENTITY nbsp "&#160;">\n]>'
    (item,) = read_items(rss("<title>&beacon;&nbsp;: caf&eacute;</title>", head=head))
    assert (item.headline, item.quality) == ("The Beacon\xa0: café", ())


def wrapped(inside: str) -> str:
    return f'<rss version="2.0"><channel><item><title>T</title></item>{inside}</channel></rss>'


@pytest.mark.parametrize(
    "inside",
    [
        "<!--" * 50_000,
        "<item><title>" + "<![CDATA[" * 20_000,
        "<" * 200_000,
        "&a" * 100_000,
        "<item>" + "<a>" * 20_000,
        "<item><title " + " ".join(f"a{n}='1'" for n in range(20_000)) + ">x</title></item>",
        "<item>" + "".join(f"<category>c{n}</category>" for n in range(10_000)) + "</item>",
        "".join(f"<x{n}:a xmlns:x{n}='u{n}'>" for n in range(10_000)),
        "<a '" * 30_000,
        "<!DOCTYPE " * 20_000,
    ],
    ids=lambda inside: inside[:16],
)
def test_hostile_feeds_take_time_in_proportion(read_bytes: Any, inside: str) -> None:
    started = time.perf_counter()
    found = read_bytes(wrapped(inside))
    assert time.perf_counter() - started < 5
    assert found[0].headline == "T"


def test_an_element_that_feedparser_fails_on_costs_itself_only(read_items: Any, rss: Any) -> None:
    place = "<gml:pos xmlns:gml='http://www.opengis.net/gml'>47.1 -2.2</gml:pos>"
    items = read_items(rss(story(1), f"{place}{story(2)}", story(3)))
    assert [item.body for item in items] == [f"<p>Text of {number}.</p>" for number in (1, 2, 3)]
    assert [item.quality for item in items] == [(), ("salvaged",), ()]


def test_an_entry_that_no_parser_survives_costs_itself_only(
    read_bytes: Any, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for parser in (parse._Strict, parse._Loose):
        monkeypatch.setattr(parser, "handle_data", _failing(parser.handle_data))
    found = read_bytes(rss(story(1), story(2, "<author>fatal</author>"), story(3)))
    assert [getattr(one, "identifier", None) for one in found] == ["s-1", None, "s-3"]
    assert isinstance(found[1], Rejection)
    assert (found[1].code, found[1].item) == ("unreadable_entry", "wire/bulletin#1")


def _failing(handle: Callable[..., None]) -> Callable[..., None]:
    """As a parser with a defect would."""

    def call(parser: object, text: str, *rest: Any, **more: Any) -> None:
        if "fatal" in text:
            raise RuntimeError("no parser survives this")
        handle(parser, text, *rest, **more)

    return call


FRAGMENTS = (
    """
<item> | </item> | <entry> | <title> | </title> | <![CDATA[ | ]]> | <!-- | --> | & | &amp; | \x00
&#x110000; | &eacute; | < | > | " | é | <rss version='2.0'> | <description> | <link> | <guid>
<at:deleted-entry ref='1'> | <source url='x'> | <media:thumbnail> | <media:credit> | <image> | <svg>
<itunes:image href='x'/> | <georss:point>1 1 | <content type='xhtml'> | <link href='http://['/>
<textinput> | <author> | <name> | <category term='x'/> | <psc:chapter start='x'/> | <cloud> | <?xml
""".strip()
    .replace("\n", " | ")
    .split(" | ")
)


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_sequence_of_tags_makes_the_reader_raise(
    read_bytes: Any, rss: Any, pieces: list[str]
) -> None:
    text = "".join(pieces)
    for found in (read_bytes(rss(story(1), text), format="feed"), read_bytes(text, format="feed")):
        assert all(isinstance(one, Item | Rejection) for one in found)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_flipped_bytes_make_the_reader_raise(
    read_bytes: Any, rss: Any, atom: Callable[..., str], data: st.DataObject
) -> None:
    entry = "<entry><id>1</id><title>T</title><content type='html'>x</content></entry>"
    feed = bytearray(data.draw(st.sampled_from([rss(story(1), story(2)), atom(entry)])).encode())
    for place in data.draw(st.lists(st.integers(0, len(feed) - 1), max_size=8)):
        feed[place] = data.draw(st.integers(0, 255))
    assert all(isinstance(one, Item | Rejection) for one in read_bytes(bytes(feed), format="feed"))


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
def test_mending_what_is_mended_changes_nothing_more(text: str) -> None:
    once = mend.mend(text).text
    assert mend.mend(once).text == once
