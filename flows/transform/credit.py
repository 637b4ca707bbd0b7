"""The credit: which agency a text names as its origin, and the line that does so."""

import re

from flows.transform.agencies import agencies_in, normalise_credit
from flows.transform.dateline import find_dateline

_LONGEST_LINE = 120  # characters
_LONGEST_NAME = 50  # characters, of what "Source:" names
_NAME_WORDS = 6
_CLOSING_LINES = 3  # links and notices of the outlet may follow the credit

_SOURCE = re.compile(
    r"(?:sources?|crédits?|credits?|quelle|fuente|fonte)\s?:\s*(?P<name>.+)", re.IGNORECASE
)
_LEADING = re.compile(
    r"(?:(?:©|\(c\)|copyright)\s*)+(?:(?:19|20)\d\d\s*)?|(?:avec|with|mit|par|by|from|via|via:)\s+",
    re.IGNORECASE,
)
_YEAR_AFTER = re.compile(r"\s+(?:19|20)\d\d$")
_BRACKETS = {"(": ")", "[": "]", "«": "»"}

# What stands at the end of the last sentence: "… a-t-il ajouté. (AFP)", "… they said. REUTER".
_TRAILING_BRACKETS = re.compile(r"[(\[]\s*(?:source\s?:\s*)?([^()\[\]]{2,60})[)\]]\s*\.?$", re.I)
_TRAILING_NAME = re.compile(r"[.!?»”\"]\s+(?:[-–—]{1,2}\s?)?([\w./]{2,15})\.?$")
# An outlet's own credit that holds an agency's: "Le Monde avec AFP", "Par la rédaction avec AFP".
_WITH_AGENCY = re.compile(r".{2,60}?[\s,](?:avec|with|mit)\s+(?:l['’])?(.{2,60})", re.IGNORECASE)


def _strip_brackets(line: str) -> str:
    line = line.strip(" \t\u00a0*-–—_/")
    while len(line) > 2 and _BRACKETS.get(line[0]) == line[-1]:
        line = line[1:-1].strip()
    return line


def _short_name(text: str) -> bool:
    """Whether a text is a name rather than a sentence or an address."""
    return (
        len(text) <= _LONGEST_NAME
        and len(text.split()) <= _NAME_WORDS
        and not re.search(r"[!?…:«»\"]|\.\s|//|www\.|@|^\d", text)
        and any(character.isalpha() for character in text)
    )


def read_credit_line(line: str) -> str | None:
    """The credit of a line that is nothing but credit; None for any other line.

    Known agencies may stand alone: "AFP", "(AFP)", "(avec AFP)", "AFP/Reuters", "with Reuters",
    "AFP et Reuters", "© 2026 AFP", "Par AFP". After "Source:" any short name is a credit.
    """
    if len(line) > _LONGEST_LINE:
        return None
    bare = _strip_brackets(line)
    if source := _SOURCE.fullmatch(bare):
        name = _strip_brackets(source["name"].strip().rstrip("."))
        if leading := _LEADING.match(name):
            name = name[leading.end() :]
        return agencies_in(name) or (normalise_credit(name) if _short_name(name) else None)
    if leading := _LEADING.match(bare):
        bare = bare[leading.end() :]
    return agencies_in(_YEAR_AFTER.sub("", bare))


def _last_line(body: str) -> tuple[str, str]:
    """What stands above the last line that is not blank, and that line."""
    above, _, last = body.rstrip().rpartition("\n")
    return above, last.strip()


def _mentioned(lines: list[str]) -> str | None:
    """The agency that the closing lines name among other words."""
    for line in reversed(lines):
        if credit := read_credit_line(line):
            return credit
        if len(line) <= _LONGEST_LINE and (match := _WITH_AGENCY.fullmatch(_strip_brackets(line))):
            credit = agencies_in(match.group(1))
            if credit:
                return credit
    for line in reversed(lines):
        tail = line[-100:]
        for pattern in (_TRAILING_BRACKETS, _TRAILING_NAME):
            match = pattern.search(tail)
            if match:
                credit = agencies_in(_LEADING.sub("", match.group(1), count=1))
                # "selon l'agence officielle (KCNA)": quoted, not credited.
                if credit and "agenc" not in tail[: match.start()][-30:].casefold():
                    return credit
    return None


def split_credit(body: str) -> tuple[str, str | None]:
    """A body without its credit line, and the credit it names, canonical ("AFP/Reuters").

    A last line that says nothing but whom to credit is no part of the story and moves to its own
    column; several such lines move together. A credit that shares its line with other words is
    read and stays: the closing lines first, then the dateline, then a first line "By Reuters".
    """
    found: list[str] = []
    rest = body
    while rest.strip():
        above, last = _last_line(rest)
        credit = read_credit_line(last)
        if credit is None:
            break
        found = credit.split("/") + found
        rest = above
    if found:
        return rest.rstrip(), "/".join(dict.fromkeys(found))
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    credit = _mentioned(lines[-_CLOSING_LINES:])
    if credit is None and (dateline := find_dateline(body)):
        credit = dateline.credit
    if credit is None and lines:
        credit = read_credit_line(lines[0])
    return body, credit
