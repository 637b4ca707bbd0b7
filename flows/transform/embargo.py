"""Embargoes: until when a dispatch may not be shown, as its copy or its source says.

Showing too early cannot be undone, so of two readings the later holds, and an embargo that is
not certain in every part is unreadable: the dispatch is withheld.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from flows.transform.dates import Moment, read_date, wall_time
from flows.transform.written import (
    MONTHS,
    WEEKDAYS,
    Clock,
    Written,
    fold,
    read_written,
)
from flows.transform.zones import find_zone, is_zone_name, to_utc

_HEAD_LINES = 6
_LONGEST_LINE = 240  # characters; longer lines are paragraphs
# Copy is sent out days or weeks ahead, so that an end this long past is a slip of the pen.
_STALE = timedelta(days=31)
_DAY = timedelta(days=1)

# "Until" and its like; what follows "to" or "avant" may as well be a report's headline.
_UNTIL = r"(?:jusqu'?\s?(?:au|aux|a)|until|till?|bis|hasta|fino (?:a|al|alle))"
_RELEASE = (
    r"(?:for |pour |zur )?(?:public |publique )?(?:release|publication|diffusion|broadcast|use"
    r"|veroffentlichung)"
)
# "Embargo" said of this copy rather than of trade, at the start of a line of its own.
_INSTRUCTION = re.compile(
    r"(?:(?:attention|urgent|important|nota|note|rappel|reminder|achtung|warning|alerte)\b\W*)*"
    r"(?:(?:strictement|strictly|strict|copy|text|texte|depeche|article|all|the|this|ce|cette|is"
    r"|est|are|report|story|release|communique)\s)*"
    r"(?:(?:sous|under|unter)\s(?:strict\s|strikte[mr]?\s)?embargo|embargo(?:ed|te|tee)?"
    r"|sperrfrist|embargado)\b"
    r"(?:\s(?:strict|absolu|presse|total))?\s?(?P<rest>.*)"
)
# Said without the word, and meaning the same.
_NOT_BEFORE = re.compile(
    r"(?:(?:a )?ne pas (?:publier|diffuser)"
    r"|not for (?:public )?(?:release|publication|use|broadcast)"
    r"|hold for release|nicht (?:zu )?veroffentlichen|nicht zur veroffentlichung)\s?"
    r"(?P<rest>(?:avant|until|till|before|vor|bis|jusqu'?\s?(?:au|a))\b.*)"
)
# In the middle of a line only what no report about trade says.
_ABOUT_COPY = re.compile(
    r"\b(?:depeche|article|texte|copie|communique|contenu|story|report|copy|release|content|text"
    r"|material|information|informations)s?\b.{0,40}?"
    r"\b(?:sous embargo|under (?:strict )?embargo|embargoed|embargo)\b\s?(?P<rest>.*)"
)
_LIFTED = re.compile(
    r"(?:l'|the )?(?:embargo (?:leve|lifted|is lifted|aufgehoben)"
    r"|levee (?:de l'|d')embargo|fin d'embargo)\b[\s.!:]*(?P<rest>.*)"
)
_LEADING = re.compile(
    rf"(?:[\s:;,.\-–—/=*|]|(?:{_RELEASE}|{_UNTIL}|strict|to|on|avant|before|vor|le|les|the)\b)*"
)
_SAYS_UNTIL = re.compile(rf"[\s:;,.\-–—/=*|]*(?:{_RELEASE}\W*)?{_UNTIL}\b")
_BRACKETED = re.compile(r"\s*[\[(]([^\[\]()]{5,120}(?:\([^()]{1,30}\)[^\[\]()]{0,60})?)[\])]")
_DECORATION = " \t*-=!#>/|_.~+:;,[](){}«»\"'"
_MAY_SAY_SO = re.compile(
    r"embarg|sperrfrist|ne\s+pas\s|not\s+for\s|hold\s+for\s|nicht\s", re.IGNORECASE
)
_OPEN = re.compile(r"\W*(?:tbc|tba|to be (?:confirmed|announced)|a (?:confirmer|preciser))\W*")
_OF_TRADE = re.compile(
    r"\b(?:depuis|since|contre|against|sur l[ae'].*|arms|armes|oil|petrole|imports?|exports?"
    r"|importations?|exportations?|sanctions?|trade|commerce)\b"
)
_YEAR_ONLY = re.compile(r"\W*(?:en |in |l'an )?\d{4}\b(?!\s?(?:gmt|utc|hrs|h|[a-z]{2,4}t\b)).*")

_SPOKEN_OF_TIME = frozenset({
    "gmt", "utc", "cet", "cest", "et", "est", "edt", "bst", "am", "pm", "h", "heure",
    "heures", "hour", "hours", "hrs", "uhr", "time", "local", "locale", "locales", "noon",
    "midi", "midnight", "minuit", "matin", "soir", "morning", "evening", "tonight", "today",
    "tomorrow", "demain", "aujourdhui", "le", "la", "les", "the", "at", "a", "on", "of", "de",
    "du", "and", "l'", "strict", "presse", "press", "release", "publication", "diffusion",
    "for", "pour", "only",
})  # fmt: skip
_CLOCK = re.compile(
    r"(?<!\d)(?:\d{1,2}\s?[h:]\s?\d{2}|\d{1,2}\s?(?:[ap]\.?m\b|h\b|heures\b|uhr\b)"
    r"|\d{4}\s?(?:gmt|utc|z|hrs)\b|(?:12\s?)?(?:noon|midi|midnight|minuit)\b)"
)
_DAY_FIRST = re.compile(
    rf"(?:(?:{'|'.join(WEEKDAYS)}),?\s)?(?:le\s|the\s)?"
    rf"(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}|\d{{1,2}}\w{{0,2}}\s(?:{'|'.join(MONTHS)})\b"
    rf"|(?:{'|'.join(MONTHS)})\s\d{{1,2}}\b)|(?:{'|'.join(WEEKDAYS)})\b"
)
_TOKEN = re.compile(r"[^\W\d_]+")


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


def _stated_end(text: str) -> str:
    """The words of date and time alone, without the "until" before them."""
    leading = _LEADING.match(text)
    return text[leading.end() if leading else 0 :].strip(_DECORATION)


def read_embargo(text: str, published: Moment | None, timezone: str = "UTC") -> Embargo:
    """The embargo that a field of its own states: "2026-03-01T06:00:00Z", "06H00 GMT le 3 mars".

    That there is one is certain; `until` is None where its end is not, as for an empty field.
    For the rules of reading see `find_embargo`.
    """
    stated = " ".join(text[:1000].split())
    moment = read_date(stated, timezone)
    if moment is not None and moment.precision != "day":
        return Embargo(stated, moment.at)
    folded = fold(stated[:_LONGEST_LINE])
    match = _INSTRUCTION.fullmatch(folded)
    end = _stated_end(match["rest"] if match else folded)
    return Embargo(stated[:_LONGEST_LINE], _until(end, published, timezone))


def _speaks_of_time(text: str) -> bool:
    """Whether a text is an end, readable or not: it opens with a time, or with a day and names a
    time, or every word belongs to dates, times and their like."""
    if _CLOCK.match(text) or (_DAY_FIRST.match(text) and _CLOCK.search(text)):
        return True
    words = _TOKEN.findall(text)
    return bool(words or re.search(r"\d", text)) and all(
        word in _SPOKEN_OF_TIME or word in MONTHS or word in WEEKDAYS or is_zone_name(word)
        for word in words
    )


def _instruction(line: str) -> str | None:
    """What a line says of the end of an embargo, folded; None where it is no instruction.

    A report about a trade embargo may open with the same word, so that something must follow that
    a report does not say: nothing at all, "until", or words of date and time only.
    """
    text = fold(line).strip(_DECORATION)
    if match := _LIFTED.fullmatch(text):
        rest = match["rest"].strip(_DECORATION)
        return rest if rest and _speaks_of_time(rest) else None
    if match := _NOT_BEFORE.fullmatch(text):
        return match["rest"]
    match = _INSTRUCTION.fullmatch(text)
    if match is not None:
        rest = match["rest"]
        stated = _stated_end(rest)
        if not stated or _speaks_of_time(stated) or _OPEN.fullmatch(rest):
            # "Embargo 2026" is a headline's; a year alone ends no embargo on copy.
            return None if re.fullmatch(r"\W*\d{4}\W*", stated) else rest
        if _SAYS_UNTIL.match(rest):
            return None if _YEAR_ONLY.fullmatch(stated) or _OF_TRADE.search(stated) else rest
    match = _ABOUT_COPY.search(text)
    if match is not None and _SAYS_UNTIL.match(match["rest"]):
        return match["rest"]
    return None


def find_embargo(text: str, published: Moment | None, timezone: str = "UTC") -> Embargo | None:
    """The embargo that stands at the head of a dispatch's text; None where there is none.

    `text` is the headline and the body. Only a short line among the first six counts, and only
    as an instruction: "SOUS EMBARGO JUSQU'À 06H00 GMT LE 3 MARS 2026", "EMBARGOED UNTIL 0001 GMT
    MARCH 3", "[EMBARGO 06H00]", "Not for publication before …", "Sperrfrist: …". Reports on trade
    embargoes are none.

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
        bracketed = _BRACKETED.match(line)
        candidates = [bracketed.group(1)] if bracketed else []
        if len(line) <= _LONGEST_LINE:
            candidates.append(line)
        for candidate in candidates:
            if not _MAY_SAY_SO.search(candidate):
                continue
            stated = _instruction(candidate)
            if stated is not None:
                until = _until(_stated_end(stated), published, timezone)
                return Embargo(candidate.strip(), until)
    return None
