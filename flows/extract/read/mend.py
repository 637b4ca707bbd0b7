"""Mends the markup of damaged XML just enough that a strict parser gets through it.

Only what XML forbids is touched: the words of a feed are not. Everything here takes time in
proportion to the text, however hostile it is.
"""

import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat
from xml.sax.saxutils import escape

DECLARATION = re.compile(r"<\?xml\s[^<>]*\?>", re.IGNORECASE)
FIRST_TAG = re.compile(r"<(?:[?!]|[A-Za-z_])")
DOCTYPE_AFTER = re.compile(r"(?:\s|<\?[^<>]*>|<!--(?:[^-]|-(?!->))*-->)*", re.ASCII)
DOCTYPE_TOKEN = re.compile(r"<!--.*?-->|\"[^\"]*\"|'[^']*'|[\[\]>]", re.DOTALL)
LONGEST_DOCTYPE = 65_536

ENTITY_DECLARATION = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:\"([^\"&%<]*)\"|'([^'&%<]*)')")
# Long enough for the names and signs that feeds declare; a document cannot grow much by these.
LONGEST_ENTITY = 32

ENTRY = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
ENTRY_TAG = re.compile(r"<(/)?(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
OPENING = re.compile(r"<!\[CDATA\[|<!--")
CDATA_OWNER = re.compile(r"<([A-Za-z_][\w.:-]{0,60})(?:\s[^<>]{0,500})?>\s{0,100}\Z")
ENTRY_END = re.compile(r"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s*>", re.IGNORECASE)

# https://www.w3.org/TR/xml/#charsets
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
AMPERSAND = re.compile(r"&(?:#(\d{1,7}|[xX][0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{0,31});)?")
# Sections and comments stand apart by then; of declarations none may follow the first tag.
STRAY_BRACKET = re.compile(r"<(?![A-Za-z_/?])")
OF_XML = {"amp", "lt", "gt", "quot", "apos"}

# What expat says where a document simply stops: no element found, unclosed token, partial
# character, unclosed CDATA section (expat.h, enum XML_Error).
STOPPED_SHORT = {3, 5, 6, 20}


Piece = Literal["markup", "cdata", "unclosed", "comment", "stray"]


@dataclass(frozen=True, slots=True)
class Mended:
    """A text, and the entries (from 0; -1 is what stands before the first) that were changed."""

    text: str
    changed: frozenset[int]


def prepare(text: str) -> str:
    """The text from its first tag on, without XML declaration and document type.

    The declaration names an encoding that no longer applies. The document type goes because
    entities that refer to files, addresses or one another must never be expanded; the plain ones
    it declares, and those of HTML that old document types define, are put in place.
    """
    first = FIRST_TAG.search(text)
    text = text[first.start() :] if first else text
    text = DECLARATION.sub("", text, count=1) if DECLARATION.match(text) else text
    start = text.find("<!DOCTYPE", 0, LONGEST_DOCTYPE)
    if start < 0:
        start = text.find("<!doctype", 0, LONGEST_DOCTYPE)
    if start < 0 or not DOCTYPE_AFTER.fullmatch(text, 0, start):
        return text
    end = _doctype_end(text, start)
    if end is None:
        return text
    declared = {
        name: double or single
        for name, double, single in ENTITY_DECLARATION.findall(text[start:end])
        if len(double or single) <= LONGEST_ENTITY
    }
    text = text[:start] + text[end:]
    return "".join(
        _entities(piece, declared) if kind == "markup" else piece for kind, piece in _pieces(text)
    )


def mend(text: str) -> Mended:
    """Takes out what XML forbids and escapes what it would misread.

    Characters it does not allow, undefined entities, bare ampersands and brackets, sections and
    comments that are never closed, further XML declarations.
    """
    changed: set[int] = set()
    ordinal = -1
    mended: list[str] = []
    for kind, piece in _pieces(text):
        parts = _by_entry(piece) if kind == "markup" else [piece]
        for place, part in enumerate(parts):
            ordinal += place > 0
            sound = _mended(kind, ILLEGAL.sub("", part))
            if sound != part and kind != "comment":
                changed.add(ordinal)
            mended.append(sound)
    return Mended("".join(mended), frozenset(changed))


def _mended(kind: Piece, part: str) -> str:
    match kind:
        case "markup":
            part = DECLARATION.sub("", _entities(part, {}))
            return STRAY_BRACKET.sub("&lt;", part).replace("]]>", "]]&gt;")
        case "unclosed":
            return part + "]]>"
        case "comment" | "stray":
            return ""
        case "cdata":
            return part


def swallows(text: str) -> bool:
    """Whether an unclosed CDATA section may hide entries in a text that is well-formed XML."""
    return text.count("<![CDATA[") > text.count("]]>")


def close(text: str) -> str | None:
    """A document that stops short, cut after its last whole tag, with its elements closed.

    None where stopping short is not what is wrong with it.
    """
    data = text.encode("utf-8")
    standing: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: standing.append(name)
    parser.EndElementHandler = lambda _name: standing.pop()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        if error.code not in STOPPED_SHORT or not standing:
            return None
        kept = data[: parser.ErrorByteIndex].decode("utf-8", "ignore")
        return kept + "".join(f"</{name}>" for name in reversed(standing))
    return None


def entries(text: str) -> list[str]:
    """The text of each entry, from its opening tag to the next one's."""
    found: list[list[str]] = []
    for kind, piece in _pieces(text):
        parts = _by_entry(piece) if kind == "markup" else [piece]
        for place, part in enumerate(parts):
            if place > 0:
                found.append([])
            if found:
                found[-1].append(part)
    return ["".join(parts) for parts in found]


def _pieces(text: str) -> Iterator[tuple[Piece, str]]:
    """The text in turn as markup, CDATA sections and comments, from end to end.

    A section is unclosed where none closes it, or where the one that does belongs to a later
    entry: it then ends before the closing tag of the element that holds it. The opening of a
    comment is stray where nothing closes it, or only what stands in another entry.
    """
    place = 0
    ends = {"<!--": 0, "<![CDATA[": 0}
    while opening := OPENING.search(text, place):
        token, start = opening[0], opening.end()
        if 0 <= ends[token] < start:
            ends[token] = text.find("-->" if token == "<!--" else "]]>", start)
        end = ends[token]
        before = text[place : opening.start()]
        yield "markup", before
        kind: Piece
        if token == "<!--":
            closed = end >= 0 and not _cuts_entry(text, start, end)
            kind, place = ("comment", end + 3) if closed else ("stray", start)
        else:
            stop = _section_stop(text, before, start, end)
            kind, place = ("cdata", end + 3) if stop is None else ("unclosed", stop)
        yield kind, text[opening.start() : place]
    yield "markup", text[place:]


def _cuts_entry(text: str, start: int, end: int) -> bool:
    """Whether a part holds the end of an entry without its beginning, or the other way round."""
    depth = 0
    for tag in ENTRY_TAG.finditer(text, start, end):
        depth += -1 if tag[1] else 1
        if depth < 0:
            return True
    return depth > 0


def _section_stop(text: str, before: str, start: int, end: int) -> int | None:
    """Where an unclosed CDATA section that begins at `start` ends; None if it is closed."""
    limit = end if end >= 0 else len(text)
    nested = text.find("<![CDATA[", start, limit)
    if end >= 0 and nested < 0:
        return None
    limit = nested if nested >= 0 else limit
    if end >= 0 and not ENTRY_END.search(text, start, limit):
        return None
    owner = CDATA_OWNER.search(before[-1000:])
    closing = text.find(f"</{owner[1]}", start, limit) if owner else -1
    if closing < 0:
        found = ENTRY_END.search(text, start, limit)
        closing = found.start() if found else limit
    return closing


def _by_entry(markup: str) -> list[str]:
    starts = [found.start() for found in ENTRY.finditer(markup)]
    return [markup[a:b] for a, b in zip([0, *starts], [*starts, len(markup)], strict=True)]


def _doctype_end(text: str, start: int) -> int | None:
    depth = 0
    for token in DOCTYPE_TOKEN.finditer(text, start, start + LONGEST_DOCTYPE):
        if token[0] == "[":
            depth += 1
        elif token[0] == "]":
            depth -= 1
        elif token[0] == ">" and depth <= 0:
            return token.end()
    return None


def _entities(markup: str, declared: dict[str, str]) -> str:
    def replace(found: re.Match[str]) -> str:
        number, name = found[1], found[2]
        if number:
            code = int(number[1:], 16) if number[0] in "xX" else int(number)
            legal = 0 < code < 0x110000 and not ILLEGAL.match(chr(code))
            return found[0] if legal else ""
        if not name:
            return "&amp;"
        if name in OF_XML:
            return found[0]
        character = declared.get(name) or html.entities.html5.get(f"{name};")
        return escape(character) if character else f"&amp;{name};"

    return AMPERSAND.sub(replace, markup)
