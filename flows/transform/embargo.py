"""Embargoes: until when a dispatch may not be shown, as its copy or its source says.

Showing too early cannot be undone, so of two readings the later holds, and an embargo that is
not certain in every part is unreadable: the dispatch is withheld.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from flows.transform.dates import Moment, read_date, wall_time
from flows.transform.embargo_wording import LONGEST_LINE, field_end, find_instruction
from flows.transform.written import Clock, Written, read_written
from flows.transform.zones import find_zone, to_utc

_HEAD_LINES = 6
# Copy is sent out days or weeks ahead, so that an end this long past is a slip of the pen.
_STALE = timedelta(days=31)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Embargo:
    """An embargo: held until a time in UTC, or, where `until` is None, until a person decides."""

    text: str  # the words that say so
    until: datetime | None = None


def _nearest_year(month: int, day: int, to: date) -> date | None:
    candidates = (wall_time(year, month, day, None) for year in (to.year - 1, to.year, to.year + 1))
    days = [candidate.date() for candidate in candidates if candidate is not None]
    return min(days, key=lambda candidate: abs(candidate - to), default=None)


def _end(day: date, clock: Clock | None, zone: tzinfo) -> datetime | None:
    """When an embargo until that day and time ends, in UTC: the later where two can be meant."""
    if clock is None or clock.midnight:
        day, clock = day + _DAY, None
    wall = wall_time(day.year, day.month, day.day, clock)
    return None if wall is None else to_utc(wall, zone, later=True)


def _named_day(written: Written, sent: date | None) -> date | None:
    """The day a text names, given the day on which it was sent; None where it is uncertain."""
    day: date | None = None
    if written.month is not None and written.day is not None:
        if written.year is not None:
            wall = wall_time(written.year, written.month, written.day, None)
            day = None if wall is None else wall.date()
        elif sent is not None:
            day = _nearest_year(written.month, written.day, sent)
    elif sent is not None and written.days_ahead is not None:
        day = sent + written.days_ahead * _DAY
    elif sent is not None and written.weekday is not None:
        return sent + (written.weekday - sent.weekday()) % 7 * _DAY
    if day is not None and written.weekday is not None and written.weekday != day.weekday():
        return None
    return day


def _ends(
    written: Written, published: Moment | None, sent: date | None, zone: tzinfo
) -> datetime | None:
    """When an embargo ends that was sent on a day and published at a moment, where known."""
    names_weekday = written.weekday is not None
    if written.day is not None or names_weekday or written.days_ahead is not None:
        day = _named_day(written, sent)
        until = None if day is None else _end(day, written.clock, zone)
        if until and published and written.day is None and names_weekday and until <= published.at:
            return None  # that day's hour has passed: a week later, or a late copy?
        return until
    if written.clock is None or written.year is not None or published is None or sent is None:
        return None
    if published.precision == "day":
        return None  # before or after that hour of the day it was sent?
    until = _end(sent, written.clock, zone)
    if until and until <= published.at:
        return _end(sent + _DAY, written.clock, zone)
    return until


def _until(text: str, published: Moment | None, timezone: str) -> datetime | None:
    """The end of an embargo, in UTC; None where the text leaves it uncertain."""
    written = read_written(text)
    if written is None:
        return None
    zone: tzinfo | None = ZoneInfo(timezone)
    # A day without a time is the source's day, whichever zone the embargo is given in.
    sent_zone = zone
    if written.zone:
        year = written.year or (published.at.year if published else 2000)
        zone = find_zone(written.zone, timezone, year)
        if published and published.precision != "day":
            sent_zone = zone
    if zone is None:
        return None
    sent = published.at.astimezone(sent_zone).date() if published else None
    until = _ends(written, published, sent, zone)
    if until and published and until < published.at - _STALE:
        return None
    return until


def read_embargo(text: str, published: Moment | None, timezone: str = "UTC") -> Embargo:
    """The embargo that a field of its own states: "2026-03-01T06:00:00Z", "06H00 GMT le 3 mars".

    That there is one is certain; `until` is None where its end is not, as for an empty field.
    For the rules of reading see `find_embargo`.
    """
    stated = " ".join(text[:1000].split())
    moment = read_date(stated, timezone)
    if moment is not None and moment.precision != "day":
        return Embargo(stated, moment.at)
    stated = stated[:LONGEST_LINE]
    return Embargo(stated, _until(field_end(stated), published, timezone))


def find_embargo(text: str, published: Moment | None, timezone: str = "UTC") -> Embargo | None:
    """The embargo that stands at the head of a dispatch's text; None where there is none.

    `text` is the headline and the body. Only a short line among the first six counts, and only
    as an instruction: "SOUS EMBARGO JUSQU'À 06H00 GMT LE 3 MARS 2026", "EMBARGOED UNTIL 0001 GMT
    MARCH 3", "[EMBARGO 06H00]", "EMBARGO 06H00: headline", "Not for publication before …", "Hold
    until …", "Sperrfrist: …". Reports on trade embargoes are none.

    Where the end is incomplete, `until` follows from `published`, or is None:

    - without a zone it is in `timezone`, the source's, as any date;
    - without a year it is the day nearest to publication;
    - a weekday is the first from the day of publication on; if its hour has passed, None;
    - a time alone is its next occurrence after publication, None if that is known to the day;
    - a day without a time holds through that day; midnight is the one that ends it;
    - a weekday that does not fit its date, an end over 31 days before publication, and any word
      that is not understood ("local time"), None.

    Raises ZoneInfoNotFoundError where `timezone` is not an IANA name; no `text` raises.
    """
    lines = [line.strip() for line in text[:8000].split("\n")]
    for line in [line for line in lines if line][:_HEAD_LINES]:
        instruction = find_instruction(line)
        if instruction is not None:
            return Embargo(instruction.text, _until(instruction.end, published, timezone))
    return None
