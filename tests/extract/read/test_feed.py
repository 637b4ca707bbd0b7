"""Sound feeds of every format, and what feedparser alone would get wrong in them."""

from typing import Any

import pytest

from flows.model import Rejection

ITEM = (
    "<title>Lamp of Sarnec lit again</title><link>https://beacon.example/lamp</link>"
    "<guid isPermaLink='false'>b-1</guid><description>It turns.</description>"
)


def test_reads_rss(read_items: Any, rss: Any) -> None:
    (item,) = read_items(
        rss(
            "<title>Lamp of Sarnec lit again</title><link>https://beacon.example/lamp</link>"
            "<guid isPermaLink='false'>b-1</guid>"
            "<description>&lt;p&gt;It turns.&lt;/p&gt;</description>"
            "<pubDate>Mon, 02 Mar 2026 08:30:00 CET</pubDate><dc:creator>Ada Quill</dc:creator>"
            "<category>Coast</category><category>Light</category><category>Coast</category>"
            "<source url='https://wire.example/rss'>North Wire</source>"
        ),
        location="https://beacon.example/rss",
    )
    assert (item.identifier, item.url) == ("b-1", "https://beacon.example/lamp")
    assert (item.headline, item.headline_markup) == ("Lamp of Sarnec lit again", "text")
    assert (item.body, item.body_markup) == ("<p>It turns.</p>", "html")
    assert item.published == "Mon, 02 Mar 2026 08:30:00 CET"
    assert item.updated is None
    assert (item.byline, item.credit) == ("Ada Quill", "North Wire")
    assert item.keywords == ("Coast", "Light")
    assert (item.language, item.quality, item.status) == ("en-gb", (), "usable")


def test_reads_atom(read_items: Any, atom: Any) -> None:
    (item,) = read_items(
        atom(
            "<entry><id>tag:phare.example,2026:1</id><title type='html'>Le &lt;i&gt;phare&lt;/i&gt;"
            "</title><link rel='self' href='https://phare.example/1.atom'/>"
            "<link href='https://phare.example/1'/><published>2026-03-02T08:30:00+01:00</published>"
            "<updated>2026-03-02T09:00:00+01:00</updated><author><name>Ana Roc</name></author>"
            "<author><name>Luc Mer</name></author><category term='c' label='Côte'/>"
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Il <b>tourne</b>."
            "</p></div></content><summary>Il tourne</summary></entry>"
        )
    )
    assert (item.identifier, item.url) == ("tag:phare.example,2026:1", "https://phare.example/1")
    assert (item.headline, item.headline_markup) == ("Le <i>phare</i>", "html")
    assert (item.body, item.body_markup) == ("<p>Il <b>tourne</b>.</p>", "html")
    assert item.published == "2026-03-02T08:30:00+01:00"
    assert item.updated == "2026-03-02T09:00:00+01:00"
    assert (item.byline, item.keywords, item.language) == ("Ana Roc, Luc Mer", ("Côte",), "fr")


RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="{namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Beacon</title></channel>
<item rdf:about="https://beacon.example/lamp"><title>Lamp</title>
<link>https://beacon.example/lamp</link><dc:date>2026-03-02</dc:date></item></rdf:RDF>"""


@pytest.mark.parametrize(
    "feed",
    [
        pytest.param(RDF.format(namespace="http://my.netscape.com/rdf/simple/0.9/"), id="0.90"),
        pytest.param(RDF.format(namespace="http://purl.org/rss/1.0/"), id="1.0"),
        pytest.param(
            '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"\n'
            ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">\n<rss version="0.91">'
            "<channel><item><title>Lamp</title><link>https://beacon.example/lamp</link></item>"
            "</channel></rss>",
            id="0.91",
        ),
        pytest.param(
            '<rss version="0.92"><channel><item><title>Lamp</title>'
            "<link>https://beacon.example/lamp</link></item></channel></rss>",
            id="0.92",
        ),
        pytest.param(
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>Lamp</title>'
            '<link rel="alternate" type="text/html" href="https://beacon.example/lamp"/></entry>'
            "</feed>",
            id="atom 0.3",
        ),
        pytest.param(
            '<RSS VERSION="2.0"><CHANNEL><ITEM><TITLE>Lamp</TITLE>'
            "<LINK>https://beacon.example/lamp</LINK></ITEM></CHANNEL></RSS>",
            id="capital letters",
        ),
        pytest.param(
            '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>Lamp</a:title>'
            '<a:link href="https://beacon.example/lamp"/></a:entry></a:feed>',
            id="prefixed atom",
        ),
    ],
)
def test_reads_the_older_formats(read_items: Any, feed: str) -> None:
    (item,) = read_items(feed)
    assert (item.headline, item.url) == ("Lamp", "https://beacon.example/lamp")
    assert item.quality == ()


def test_the_date_of_rdf_is_its_publication(read_items: Any) -> None:
    (item,) = read_items(RDF.format(namespace="http://purl.org/rss/1.0/"))
    assert (item.published, item.updated) == ("2026-03-02", None)


def test_a_date_of_update_is_never_passed_off_as_one_of_publication(
    read_items: Any, atom: Any
) -> None:
    (item,) = read_items(atom("<entry><title>T</title><updated>2026-03-02</updated></entry>"))
    assert (item.published, item.updated) == (None, "2026-03-02")


def test_an_empty_feed_holds_nothing(read_bytes: Any, rss: Any, atom: Any) -> None:
    assert read_bytes(rss()) == []
    assert read_bytes(atom("")) == []


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        pytest.param(
            "<description>Short.</description>"
            "<content:encoded>&lt;p&gt;The whole story.&lt;/p&gt;</content:encoded>",
            "<p>The whole story.</p>",
            id="content over summary",
        ),
        pytest.param(
            "<content:encoded>Read on</content:encoded><description>The whole story.</description>",
            "The whole story.",
            id="whichever is longer",
        ),
        pytest.param(
            "<description>The story.</description><media:content url='https://x.example/p.jpg'>"
            "<media:description type='html'>A photograph's caption, longer than the story by far."
            "</media:description></media:content>",
            "The story.",
            id="never a caption",
        ),
        pytest.param(
            "<media:group><media:description>All there is.</media:description></media:group>",
            "All there is.",
            id="a caption where there is no other text",
        ),
    ],
)
def test_the_body_is_the_fullest_text(read_items: Any, rss: Any, fields: str, body: str) -> None:
    (item,) = read_items(rss(f"<title>Lamp</title>{fields}"))
    assert item.body == body


def test_a_content_without_a_summary_keeps_its_markup(read_items: Any, rss: Any) -> None:
    content = "<content:encoded>&lt;p&gt;The whole story.&lt;/p&gt;</content:encoded>"
    (item,) = read_items(rss(f"<title>Lamp</title>{content}"))
    assert (item.body, item.body_markup) == ("<p>The whole story.</p>", "html")


@pytest.mark.parametrize(
    ("written", "headline"),
    [
        pytest.param("BEAUTÉ\xa0: la liste", "BEAUTÉ\xa0: la liste", id="accent, no-break space"),
        pytest.param("MusÃ©e", "MusÃ©e", id="mojibake is for the next room"),
        pytest.param("AT&amp;amp;T", "AT&amp;T", id="double escape is for the next room"),
        pytest.param("&lt;&lt;ok>> +a+ - b -", "<<ok>> +a+ - b -", id="agency signs"),
    ],
)
def test_words_are_not_touched(read_items: Any, rss: Any, written: str, headline: str) -> None:
    (item,) = read_items(rss(f"<title>{written}</title>"))
    assert item.headline == headline


B = "https://b.example/"


@pytest.mark.parametrize(
    ("fields", "base", "known_by"),
    [
        pytest.param("<guid>https://b.example/1</guid>", None, (B + "1", B + "1"), id="permalink"),
        pytest.param(
            "<guid isPermaLink='false'>https://b.example/1</guid>",
            None,
            (B + "1", None),
            id="a guid that says it is no link",
        ),
        pytest.param(
            "<guid>n-7</guid>", None, ("n-7", None), id="a name that does not say it is no link"
        ),
        pytest.param("<link>/lamp</link>", B + "rss", (None, B + "lamp"), id="from the feed"),
        pytest.param(
            "<link>/lamp</link>", None, (None, "https://beacon.example/lamp"), id="from the channel"
        ),
        pytest.param("<link>javascript:alert(1)</link>", B, (None, None), id="no page"),
        pytest.param("<link>http://[broken</link>", B, (None, None), id="no address"),
        pytest.param(
            "<enclosure url='https://b.example/a.jpg' type='image/jpeg'/>",
            None,
            (None, None),
            id="a picture is not the page",
        ),
        pytest.param(
            "<link>https://proxy.example/~r/1</link>"
            "<feedburner:origLink>https://b.example/1</feedburner:origLink>",
            None,
            (None, B + "1"),
            id="the original before the proxy",
        ),
        pytest.param(
            "<link>https://b.example/?a=1&amp;copy=2&amp;b=3</link>",
            None,
            (None, B + "?a=1&copy=2&b=3"),
            id="parameters that look like entities",
        ),
    ],
)
def test_identifier_and_link(
    read_items: Any, rss: Any, fields: str, base: str | None, known_by: tuple[str | None, ...]
) -> None:
    (item,) = read_items(rss(f"<title>T</title>{fields}"), base_url=base)
    assert (item.identifier, item.url) == known_by


def test_an_identifier_does_not_depend_on_where_the_feed_was_fetched(
    read_items: Any, atom: Any
) -> None:
    feed = atom("<entry><id>story-7</id><title>T</title></entry>")
    found = {
        read_items(feed, base_url=url)[0].identifier
        for url in ("http://phare.example/feed", "https://www.phare.example/atom.xml")
    }
    assert found == {"story-7"}


def test_xml_base_comes_before_the_address_of_the_feed(read_items: Any, atom: Any) -> None:
    feed = atom(
        "<entry xml:base='2026/'><title>T</title><link href='lampe'/></entry>",
        "xml:base='https://phare.example/nouvelles/'",
    )
    (item,) = read_items(feed, base_url="https://proxy.example/feed")
    assert item.url == "https://phare.example/nouvelles/2026/lampe"


def test_tombstones_withdraw_in_document_order(read_items: Any, atom: Any) -> None:
    feed = atom(
        "<at:deleted-entry ref='tag:phare.example,2026:1' when='2026-03-02T10:00:00Z'>"
        "<at:comment>Erreur</at:comment><link href='https://phare.example/why'/>"
        "<at:by><name>La rédaction</name></at:by></at:deleted-entry>"
        "<entry><id>tag:phare.example,2026:2</id><title>Deux</title></entry>"
        "<at:deleted-entry ref='tag:phare.example,2026:3'/>"
    )
    first, second, third = read_items(feed)
    assert (first.identifier, first.status, first.status_only) == (
        "tag:phare.example,2026:1",
        "canceled",
        True,
    )
    assert first.updated == "2026-03-02T10:00:00Z"
    assert (second.headline, second.status, second.byline) == ("Deux", "usable", None)
    assert (third.identifier, third.status, third.position) == (
        "tag:phare.example,2026:3",
        "canceled",
        2,
    )


def test_a_tombstone_under_another_prefix(read_items: Any) -> None:
    (item,) = read_items(
        '<feed xmlns="http://www.w3.org/2005/Atom"><deleted-entry ref="x:1"'
        ' xmlns="http://purl.org/atompub/tombstones/1.0"/></feed>'
    )
    assert (item.identifier, item.status) == ("x:1", "canceled")


def test_one_id_under_different_links_is_no_identity(read_items: Any, rss: Any) -> None:
    items = read_items(
        rss(
            *(
                f"<title>T</title><guid isPermaLink='false'>{guid}</guid><link>{link}</link>"
                for guid, link in [
                    ("day", "https://b.example/1"),
                    ("day", "https://b.example/2"),
                    ("story", "https://b.example/3"),
                    ("story", "https://b.example/3"),
                ]
            )
        )
    )
    assert [item.identifier for item in items] == [None, None, "story", "story"]
    assert [item.quality for item in items] == [("repeated_id",), ("repeated_id",), (), ()]


def test_an_item_that_says_nothing_costs_itself_only(read_bytes: Any, rss: Any) -> None:
    first, second, third = read_bytes(
        rss(ITEM, "<guid isPermaLink='false'>empty</guid><pubDate>today</pubDate>", ITEM),
        location="https://beacon.example/rss",
    )
    assert isinstance(second, Rejection)
    assert (second.code, second.item) == ("empty_item", "https://beacon.example/rss#1")
    assert (first.position, third.position) == (0, 2)


def test_a_title_alone_or_a_link_alone_is_an_item(read_items: Any, rss: Any) -> None:
    assert len(read_items(rss("<title>T</title>", "<link>https://b.example/</link>"))) == 2


def test_an_item_too_long_to_be_a_dispatch(read_bytes: Any, rss: Any) -> None:
    dump, item = read_bytes(rss(f"<description>{'word ' * 900_000}</description>", ITEM))
    assert dump.code == "too_long"
    assert item.identifier == "b-1"


@pytest.mark.parametrize(
    ("declared", "charset", "encoding"),
    [
        ("ISO-8859-1", None, "cp1252"),
        ("windows-1252", "utf-8", "cp1252"),
        ("utf-8", None, "cp1252"),
        ("utf-8", "iso-8859-1", "cp1252"),
        ("iso-8859-1", None, "utf-8"),
        ("utf-16", None, "utf-8"),
        ("utf-8", None, "utf-16"),
        ("windows-1251", "iso-8859-1", "cp1251"),
        ("x-nonsense", None, "utf-8"),
    ],
)
def test_encodings_declared_rightly_and_wrongly(
    read_items: Any, rss: Any, declared: str, charset: str | None, encoding: str
) -> None:
    words = "Привет, мир" if encoding == "cp1251" else "L’été coûte 30 € à Nîmes"
    feed = rss(f"<title>{words}</title>", head=f"<?xml version='1.0' encoding='{declared}'?>")
    (item,) = read_items(feed.encode(encoding), charset=charset)
    assert (item.headline, item.quality) == (words, ())
