"""The dateline: the place, the day and the agency that agency copy opens with."""

import re
from dataclasses import dataclass

from flows.transform.agencies import agencies_in
from flows.transform.written import read_written

_HEAD_LINES = 4  # notes to editors, a byline and an embargo may stand above it
_LONGEST = 110  # characters

# A word of a place's name: capitalised, or of a script without capitals, or a particle between.
_WORD = r"(?:(?!\d)[^\W_a-zà-öø-ÿ][\w.'’-]*)"
_PARTICLE = r"(?:de|du|des|la|le|les|sur|en|sous|of|the|am|an|der|el|al|del|upon|ben|bin)"
_NAME = rf"{_WORD}(?:[ /](?:{_PARTICLE} )?{_WORD}){{0,4}}"
_PLACE = re.compile(rf"{_NAME}(?: ?\({_NAME}\))?(?:, {_NAME}(?: ?\({_NAME}\))?)?")
_SEPARATOR = re.compile(r"\s+[-–—]{1,2}(?=\s|$)|\s?(?:--|—)|(?<=\))\.?[-–]|:(?=\s|$)|\s=(?=\s|$)")
_BRACKETS = re.compile(r"(.+?)\s?\(([^()]{2,40})\)")
# Indian copy goes on without a dash: "NEW DELHI, Mar 3 (PTI) The ministry".
_NO_SEPARATOR = re.compile(r"([^\W\d_a-zà-öø-ÿ][^a-z()]*(?:, [^()]{3,20})?\([A-Z]{2,8}\))(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline and its parts, as they stand in the text."""

    text: str  # without the dash that ends it
    place: str
    date: str | None = None
    credit: str | None = None  # canonical


def _is_day(text: str) -> bool:
    """Whether a text is a day and nothing more: with its month, or by the weekday's name."""
    written = read_written(text)
    return (
        written is not None
        and written.clock is None
        and (written.day is not None or written.weekday is not None)
    )


def _part_date(text: str) -> tuple[str, str | None]:
    """The place and the day of "Place, Country, May 16, 2021"."""
    parts = text.split(", ")
    for length in (2, 1):
        date = ", ".join(parts[-length:])
        if len(parts) > length and _is_day(date):
            return ", ".join(parts[:-length]), date
    return text, None


def _opening(line: str) -> str | None:
    """What stands before the dash that ends a dateline, where there may be one."""
    head = line[: _LONGEST + 3]
    if match := _SEPARATOR.search(head):
        return head[: match.start()].strip()
    if len(line) <= _LONGEST and line.endswith(")"):
        return line
    match = _NO_SEPARATOR.match(head)
    return match.group(1) if match else None


def read_dateline(line: str) -> Dateline | None:
    """The dateline a line opens with.

    A place alone is none ("VIDÉO - ", "EXCLUSIVE -- " look the same): it takes a day, or an
    agency newswire knows, beside it. With a day, any name in brackets is the credit.
    """
    text = _opening(line)
    if not text or len(text) > _LONGEST:
        return None
    rest, credit, named = text, None, None
    if brackets := _BRACKETS.fullmatch(text):
        rest, named = brackets.groups()
        credit = agencies_in(named)
        if credit is None and _PLACE.fullmatch(text.partition(", ")[0]):
            # "Valence (Espagne)": the brackets belong to the place or hold a name unknown to us.
            rest, named = (rest, named) if _part_date(rest)[1] else (text, None)
    elif ", " in text:
        before, _, last = text.rpartition(", ")
        credit = agencies_in(last)
        rest = before if credit else text
    place, date = _part_date(rest.strip(" ,"))
    if _PLACE.fullmatch(place) is None or (date is None and credit is None):
        return None
    return Dateline(text, place, date, credit or named)


def find_dateline(body: str) -> Dateline | None:
    """The dateline at the head of a body, in one of its first lines; it stays in the body.

    Read: "PARIS, 14 fév 2026 (AFP) - ", "LONDON (Reuters) - ", "Séoul, AFP - ",
    "WASHINGTON, March 3 -- ", "Gaza City, Palestinian Territories, May 16, 2021 (AFP) - ".
    """
    lines = (line.strip() for line in body[:2000].split("\n"))
    head = [line for line in lines if line][:_HEAD_LINES]
    return next((found for line in head if (found := read_dateline(line))), None)
