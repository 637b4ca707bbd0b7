"""A dispatch's family as a person reads it: who had it first, and what became of it where."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from rich.cells import set_cell_size
from rich.text import Text

from flows.console import Row

# What the relations are called: short, and by what they are to the original.
WORDS = {
    "original": "original",
    "revision": "version",
    "repost": "repost",
    "republication": "copy",
}
_PLURALS = {"version": "versions", "repost": "reposts", "copy": "copies"}

_HEADER = "  {:8}  {:17}  {:10}  {:>5}  {:>7}  {}"


def family_lines(family: Sequence[Row], asked: UUID, width: int) -> Iterator[Text]:
    """The members of a family, two lines each, none wider than `width` columns (80 or more).

    `family` has the columns of sql/ask/family.sql, the original first; `asked` is marked.
    """
    counts = Counter(WORDS.get(one["relation"], "copy") for one in family[1:])
    told = ", ".join(
        f"{counts[word]} {_PLURALS[word] if counts[word] > 1 else word}"
        for word in _PLURALS
        if counts[word]
    )
    yield Text(f"family: 1 original, {told}", style="italic")
    titles = ("relation", "published", "delay", "share", "jaccard", "id")
    yield Text(_HEADER.format(*titles), style="bold")
    for one in family:
        marker = "▸" if one["dispatch_id"] == asked else " "
        of = one["of_dispatch_id"]
        by_way = f"  of {short(of)}" if of not in (None, family[0]["dispatch_id"]) else ""
        line = _HEADER.format(
            WORDS.get(one["relation"], "copy"),
            one["published"] or "no date",
            delay_words(one["delay"]),
            "" if one["share"] is None else f"{one['share']:.0%}",
            "" if one["jaccard"] is None else f"{one['jaccard']:.2f}",
            short(one["dispatch_id"]),
        )
        yield Text(f"{marker}{line[1:]}{by_way}", style="bold" if marker == "▸" else "")
        status = "" if one["status"] == "usable" else f"({one['status']}) "
        yield Text(_cut(f"    {one['source']}: {status}{one['headline']}", width))
    yield Text(_verdict(family))


def delay_words(delay: timedelta | None) -> str:
    """As short as it can be read: "+40 s", "+45 min", "+2 h 10", "+3 d 4 h"; "" for None."""
    if delay is None:
        return ""
    sign = "+" if delay >= timedelta() else "-"
    seconds = round(abs(delay).total_seconds())
    if 0 < seconds < 60:
        return f"{sign}{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{sign}{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{sign}{hours} h {minutes:02}" if minutes else f"{sign}{hours} h"
    days, hours = divmod(hours, 24)
    return f"{sign}{days} d {hours} h" if hours else f"{sign}{days} d"


def short(dispatch_id: UUID) -> str:
    """As much of an id as tells it from the others of an archive."""
    return str(dispatch_id)[:8]


def _verdict(family: Sequence[Row]) -> str:
    shown = [short(one["dispatch_id"]) for one in family if one["publishable"]]
    if shown:
        return f"publishable: {', '.join(shown)}"
    original = family[0]
    if original["status"] == "canceled":
        return "publishable: none of these, since the original was withdrawn"
    until = " until its embargo ends" if original["embargoed"] else ""
    return f"publishable: none of these, since the original is held back{until}"


def _cut(text: str, width: int) -> str:
    line = " ".join(text.split())
    indent = " " * (len(text) - len(text.lstrip()))
    whole = indent + line
    fitted = set_cell_size(whole, width)
    return whole if fitted.startswith(whole) else set_cell_size(whole, width - 1).rstrip() + "…"
