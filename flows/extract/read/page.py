"""Tells what a web page is that came where a feed should be, and which feeds it offers."""

from collections.abc import Iterable

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer

from flows.extract.read.entries import absolute_url

# Titles and links stand in a page's head; what has none of them by then is not worth the time.
LOOKED_AT = 100_000  # characters
LONGEST_TITLE = 80
MOST_FEEDS = 3

# The media types by which a page offers feeds: RSS Advisory Board, "RSS Autodiscovery" (2006),
# and the JSON Feed specification 1.1, "Discovery".
FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
}


def describe(text: str, *bases: str | None) -> str:
    """A sentence on a page in place of a feed, with the feeds it offers as absolute addresses.

    `bases` are the addresses, the likeliest first, that its relative links may start from.
    """
    soup = BeautifulSoup(
        text[:LOOKED_AT], "lxml", parse_only=SoupStrainer(["title", "link", "base"])
    )
    title = " ".join(soup.title.get_text().split())[:LONGEST_TITLE] if soup.title else ""
    named = f" ({title})" if title else ""
    feeds = _feeds(soup.find_all("link"), _base(soup.find("base")), *bases)
    if not feeds:
        return f"an HTML page{named}, not a feed: check the address"
    return f"an HTML page{named}, not a feed: it offers {' and '.join(feeds)}; poll that instead"


def _feeds(links: Iterable[Tag], *bases: str | None) -> list[str]:
    offered = (
        absolute_url(str(link.get("href", "")), *bases)
        for link in links
        if str(link.get("type", "")).strip().lower() in FEED_TYPES
        and "alternate" in (str(word).lower() for word in link.get_attribute_list("rel"))
    )
    return list(dict.fromkeys(url for url in offered if url))[:MOST_FEEDS]


def _base(element: object) -> str | None:
    return str(element.get("href", "")) if isinstance(element, Tag) else None
