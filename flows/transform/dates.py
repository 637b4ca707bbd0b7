"""Dates of dispatches: read strictly, in UTC, with how much of them to believe."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.model import Precision
from flows.transform.dateline import find_dateline
from flows.transform.written import (
    LONGEST,
    MONTHS,
    WEEKDAYS,
    Clock,
    Written,
    fold,
    full_year,
    microsecond,
    read_written,
)
from flows.transform.zones import find_zone, to_utc

FIRST_YEAR: Final = 1800  # before the first news agency (Havas, 1835): a placeholder or a slip
LAST_YEAR: Final = 2199
# How far after its reception a document may date an item: schedules and embargoes look ahead.
PLAUSIBLE_AHEAD: Final = timedelta(days=731)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ISO = re.compile(
    r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
    r"(?:(?:[Tt_ ]|(?<=\d{8})(?=\d))"
    r"(?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?)?"
    r"\s?(?P<zone>[A-Za-z+-][A-Za-z0-9_/:+-]*)?",
    re.ASCII,
)
_EPOCH_SECONDS = re.compile(r"@(\d{1,11})(?:\.\d+)?", re.ASCII)

# "ce mardi 10 janvier": French copy's way to name a day of the current week.
_THIS_DAY = re.compile(
    rf"\bce (?:{'|'.join(word for word in WEEKDAYS if word.endswith('di') or word == 'dimanche')})"
    rf",? (?P<day>\d{{1,2}})(?:er)? (?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b"
    r"(?: (?P<year>\d{4})\b)?",
    re.ASCII,
)
# The same, loosely: tells cheaply which texts to look at.
_MAY_SAY_THIS_DAY = re.compile(r"\bce\s(?:\w+di|dimanche),?\s\d", re.IGNORECASE)
# Copy is written, cleared and dated within a day or two, across all time zones.
_DATELINE_SLACK = timedelta(days=2)
_WEEK = timedelta(days=7)
_LEAD = 600  # characters


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC, and the unit it was given in.

    With precision "day", `at` is midnight of that day in the zone it was written for.
    """

    at: datetime
    precision: Precision


def _read_iso(text: str) -> Written | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    clock = None
    if parts["hour"]:
        clock = Clock(
            int(parts["hour"]),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            microsecond(parts["fraction"]),
            "second" if parts["second"] else "minute",
        )
    return Written(
        year=full_year(parts["year"]),
        month=int(parts["month"]),
        day=int(parts["day"]),
        clock=clock,
        zone=parts["zone"].casefold() if parts["zone"] else None,
    )


def wall_time(year: int, month: int, day: int, clock: Clock | None) -> datetime | None:
    """The naive date and time that the parts name; None where the calendar has no such.

    24:00:00 is the end of the day (ISO 8601), and a leap second the second after 59.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    clock = clock or Clock(0, 0)
    extra = timedelta()
    hour, second = clock.hour, clock.second
    if hour == 24 and clock.minute == second == clock.microsecond == 0:
        hour, extra = 0, timedelta(days=1)
    elif second == 60 and clock.minute == 59:
        second, extra = 59, timedelta(seconds=1)
    try:
        return datetime(year, month, day, hour, clock.minute, second, clock.microsecond) + extra
    except ValueError:
        return None


def _is_placeholder(at: datetime) -> bool:
    """Whether a time is a program's zero: the Unix epoch, or -1, shown in any zone."""
    distance = at - EPOCH
    return distance == timedelta(seconds=-1) or (
        abs(distance) <= timedelta(hours=14) and distance % timedelta(minutes=15) == timedelta()
    )


def _moment(at: datetime, precision: Precision, latest: datetime | None) -> Moment | None:
    if _is_placeholder(at) or not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    if latest is not None and at > latest:
        return None
    return Moment(at, precision)


def read_date(text: str, timezone: str = "UTC", latest: datetime | None = None) -> Moment | None:
    """The moment that a date field names, or None: nothing is ever guessed or filled in.

    Reads RFC 822, 1123, 5322 and 850, asctime and date(1), RFC 3339, W3CDTF and ISO 8601 down to
    the day (extended and basic), and long dates in French and English (month names of five more
    languages). Beyond that:

    - a date without a zone is in `timezone` (IANA name); one without a time has precision "day";
    - 14/02/2026 is read, 03/02/2026 is not: the order of day and month differs by country;
    - a year or a month alone is None, there being no such precision;
    - a weekday that does not fit its date is ignored: programs that write dates get the name
      wrong, not the number;
    - two-digit years turn at 50 (RFC 5322 4.3);
    - 24:00 is the end of the day in ISO 8601 only: elsewhere a clock that counts 1 to 24 may mean
      the day's start;
    - seconds since 1970 only where marked as such: @1771056000;
    - zones as in `flows.transform.zones`; an unknown one, or an offset no place has, is None;
    - years outside 1800 to 2199, a time after `latest`, and the Unix epoch as shown in any zone,
      which programs write for "unknown", are None.

    Raises ZoneInfoNotFoundError where `timezone` is not an IANA name; no `text` raises.
    """
    text, too_long = " ".join(text.split()), len(text) > LONGEST
    if match := _EPOCH_SECONDS.fullmatch(text):
        return _moment(EPOCH + timedelta(seconds=int(match.group(1))), "second", latest)
    written = None if too_long else _read_iso(text) or read_written(text)
    if written is None or written.days_ahead is not None:
        return None
    year, month, day, clock = written.year, written.month, written.day, written.clock
    if year is None or month is None or day is None or (clock and clock.midnight):
        return None
    wall = wall_time(year, month, day, clock)
    if wall is None:
        return None
    zone = find_zone(written.zone, timezone, year) if written.zone else ZoneInfo(timezone)
    if zone is None:
        return None
    return _moment(to_utc(wall, zone), clock.precision if clock else "day", latest)


def _nearest(month: int, day: int, year: int | None, to: date) -> date | None:
    """The day so numbered that lies nearest to `to`, where no year is given."""
    candidates = []
    for candidate in (to.year - 1, to.year, to.year + 1) if year is None else (year,):
        wall = wall_time(candidate, month, day, None)
        if wall is not None:
            candidates.append(wall.date())
    return min(candidates, key=lambda day_: abs(day_ - to), default=None)


def disagrees(published: Moment, body: str, language: str | None, timezone: str = "UTC") -> bool:
    """Whether the text names a day of writing that the publication date contradicts.

    Two statements count, being about the copy itself: the date of its dateline ("PARIS, 14 fév
    2026 (AFP)"), more than two days away; and, in French, a lead that says "ce mardi 10 janvier",
    more than a week away. A year that is not given is the one that fits best. Bare weekdays never
    count: agencies name any day of the last and the coming week so, and copy dated Saturday that
    "was reported on Friday" is the rule. `timezone` is the source's: days are counted there.
    """
    day = published.at.astimezone(ZoneInfo(timezone)).date()
    dateline = find_dateline(body)
    if dateline is not None and dateline.date is not None:
        written = read_written(dateline.date)
        if written is not None and written.month is not None and written.day is not None:
            named = _nearest(written.month, written.day, written.year, day)
            if named is not None and abs(named - day) > _DATELINE_SLACK:
                return True
    lead = body[:_LEAD]
    if language != "fr" or not _MAY_SAY_THIS_DAY.search(lead):
        return False
    if match := _THIS_DAY.search(fold(lead)):
        year = int(match["year"]) if match["year"] else None
        named = _nearest(MONTHS[match["month"]], int(match["day"]), year, day)
        return named is not None and abs(named - day) > _WEEK
    return False
