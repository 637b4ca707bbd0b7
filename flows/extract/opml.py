"""Feeds from OPML, the list that every feed reader exports, as sources for the catalogue."""

import html
import logging
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta

import httpx
from lxml import etree

from flows.errors import ConfigurationError
from flows.extract.problems import http_address, public_url
from flows.model import Source

log = logging.getLogger(__name__)

# An ampersand that begins none of XML's own entities: people and programs forget to escape it in
# addresses, and the parser would drop the parameter. It also makes every other entity plain text.
_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 60


def import_opml(
    body: bytes,
    existing: Collection[Source],
    *,
    every: timedelta = timedelta(minutes=15),
) -> list[Source]:
    """The feeds that the OPML document `body` lists and `existing` lacks, in document order.

    Outlines may be nested; each with an xmlUrl becomes an http source that is named after its
    text or title, in lower-case ASCII letters, digits and hyphens, numbered where taken. An
    address that is there already, or is none, is left out. Damaged XML is read as far as it
    goes; no entity is expanded and nothing is fetched.

    Raises ConfigurationError where `body` is no OPML, or names no feed.
    """
    names = {source.name for source in existing}
    addresses = {_comparable(source.location) for source in existing if source.kind == "http"}
    outlines = list(_outlines(body))
    if not outlines:
        raise ConfigurationError(
            "no feed found: an OPML file lists each as an <outline> with an xmlUrl"
        )
    sources = []
    for outline in outlines:
        address = _address(outline["xmlurl"])
        if address is None:
            log.warning("left out, as it is no web address: %s", public_url(outline["xmlurl"]))
            continue
        if _comparable(address) in addresses:
            continue
        addresses.add(_comparable(address))
        name = _unique(_name(outline, address), names)
        names.add(name)
        language = outline.get("language", "")[:2].lower()
        sources.append(
            Source(
                name=name,
                kind="http",
                location=address,
                language=language if re.fullmatch(r"[a-z]{2}", language) else None,
                every=every,
            )
        )
    return sources


def _outlines(body: bytes) -> Iterator[Mapping[str, str]]:
    """The attributes, by lower-case name, of each outline that has an xmlUrl."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", body), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise ConfigurationError("not OPML: export the list of feeds as OPML and import that")
    for element in root.iter(etree.Element):
        if etree.QName(element).localname.lower() == "outline":
            attributes = {
                str(name).lower(): html.unescape(str(value)).strip()
                for name, value in element.attrib.items()
            }
            if attributes.get("xmlurl"):
                yield attributes


def _address(url: str) -> str | None:
    """The web address of a feed; feed: is how browsers once wrote that it is one."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "feed":
        url = f"http:{rest}" if rest.startswith("//") else rest
    return url if http_address(url) is not None else None


def _comparable(location: str) -> str:
    return http_address(location) or location


def _name(outline: Mapping[str, str], address: str) -> str:
    host = httpx.URL(address).host.removeprefix("www.")
    named = (_slug(outline.get(key, "")) for key in ("text", "title"))
    return next((name for name in named if name), _slug(host) or "feed")


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    unaccented = "".join(each for each in plain if not unicodedata.combining(each))
    return _NOT_IN_NAMES.sub("-", unaccented).strip("-")[:_LONGEST_NAME].strip("-")


def _unique(name: str, taken: Collection[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}-{number}", number + 1
    return candidate
