"""Reads a plain-text dispatch: a date line with the headline, a blank line, paragraphs."""

import re

from flows.extract.read.decode import decode
from flows.extract.read.entries import check_item, unreadable
from flows.model import Document, Item, Rejection, Source

DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8}"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|\d{1,2}(?:er|st|nd|rd|th)?\ [^\W\d_]{3,12}\.?,?\ \d{4})"
)
HOUR = r"(?:[01]?\d|2[0-4])"
# "24h du Mans" and "10 morts" begin headlines; a time has its minutes.
TIME = rf"{HOUR}(?::[0-5]\d(?::[0-5]\d(?:[.,]\d{{1,9}})?)?|\ ?[hH]\ ?[0-5]\d)"
ZONE = r"(?:\ ?(?:Z|UTC|GMT|CET|CEST|[+-]\d{2}:?\d{2}))"
WHEN = rf"{DAY}(?:(?:T|,?\ +(?:(?:à|at)\ )?){TIME}{ZONE}?)?"
DATE_LINE = re.compile(
    rf"[ \t]*date(?:[ \t]*:)?[ \t]+({WHEN})(?![\w:])(?:[ \t]*[:–—-](?=[ \t])|)[ \t]*(.*)", re.I
)
# The seed format sets "date" one space in: without its date it is still not part of the headline.
DATELESS = re.compile(r"[ \t]+date(?:[ \t]*:)?[ \t]+(.*)")

LONGEST_HEADLINE = 500  # characters; a longer first line is a paragraph
# A line is broken for being long, so a short line before another is complete as it stands.
SHORTEST_WRAPPED_LINE = 40
LONGEST_WRAPPED_LINE = 160
NOT_A_HEADLINE = re.compile(
    r"[ \t]*(?:(?:par|by|de\ notre)\b|[(+*-]|.{0,60}\((?:AFP|Reuters|AP)\))", re.I
)


def read(document: Document, source: Source) -> list[Item | Rejection]:
    """The one dispatch of a text file: its path below the folder is its identifier.

    The credit line stays in the body, where the next room looks for it.
    """
    decoded = decode(document.body, document.charset)
    if rejection := unreadable(document, decoded.text):
        return [rejection]
    published, headline, body = split(decoded.text)
    item = Item(
        source=document.source,
        sha256=document.sha256,
        position=0,
        location=document.location,
        identifier=document.location,
        headline=headline,
        body=body,
        published=published,
        quality=decoded.flags,
    )
    return [check_item(document, item)]


def split(text: str) -> tuple[str | None, str, str]:
    """The date as written (or None), the headline and the body of a text dispatch.

    Any line ending is read and becomes a line feed. Where the date stands alone on its line, the
    headline is the next line. A headline of two lines, the first one long, is put together with
    a space where a blank line and more text follow it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    line, rest = _first_line(text)
    published = None
    if found := DATE_LINE.match(line):
        published, line = found[1], found[2]
    elif found := DATELESS.match(line):
        line = found[1]
    if published and not line.strip():
        line, rest = _first_line(rest)
    if len(line) > LONGEST_HEADLINE:
        return published, "", f"{line}\n{rest}".strip("\n")
    second, _, after = rest.partition("\n")
    if _wraps(line, second, after):
        line, rest = f"{line.rstrip()} {second.lstrip()}", after
    return published, line.strip(), rest.strip("\n")


def _first_line(text: str) -> tuple[str, str]:
    """The first line that is not blank, and all that follows it."""
    blank = len(text) - len(text.lstrip(" \t\n"))
    line, _, rest = text[text.rfind("\n", 0, blank) + 1 :].partition("\n")
    return line, rest


def _wraps(first: str, second: str, after: str) -> bool:
    following, _, body = after.partition("\n")
    return (
        len(first.strip()) >= SHORTEST_WRAPPED_LINE
        and bool(second.strip())
        and len(second) <= LONGEST_WRAPPED_LINE
        and not following.strip()
        and bool(body.strip())
        and not first.rstrip().endswith((".", "!", "?"))
        and not second.rstrip().endswith(".")
        and not NOT_A_HEADLINE.match(second)
    )
