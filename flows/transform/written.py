"""What a text says of a day, a time of day and a zone, with nothing filled in.

Libraries that read dates loosely complete them from the day they run on. Here every part is
either in the text or missing, and a text with one word that is not understood is not read.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from flows.model import Precision
from flows.transform.zones import is_zone_name

LONGEST = 200  # characters; no date is longer, and reading stops being cheap

# English, French, German, Spanish, Italian, Portuguese, Dutch; casefolded, without accents.
_MONTHS = (
    "january jan janvier janv januar janner enero ene gennaio gen janeiro januari",
    "february feb fevrier fevr fev februar febrero febbraio fevereiro februari",
    "march mar mars marz maerz mrz marzo marco maart",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juin juni junio giugno giu junho",
    "july jul juillet juil juli julio luglio lug julho",
    "august aug aout aou agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct octobre oktober okt octubre ottobre ott outubro",
    "november nov novembre noviembre novembro",
    "december dec decembre dezember dez diciembre dic dicembre dezembro",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}

# Monday is 0, as datetime.weekday() counts.
_WEEKDAYS = (
    "monday mon lundi lun montag lunes lunedi segunda maandag",
    "tuesday tue tues mardi mar dienstag martes martedi terca dinsdag",
    "wednesday wed mercredi mer mittwoch miercoles mercoledi quarta woensdag",
    "thursday thu thur thurs jeudi jeu donnerstag jueves giovedi quinta donderdag",
    "friday fri vendredi ven freitag viernes venerdi sexta vrijdag",
    "saturday sat samedi sam samstag sonnabend sabado sabato zaterdag",
    "sunday sun dimanche dim sonntag domingo domenica zondag",
)
WEEKDAYS = {word: number for number, words in enumerate(_WEEKDAYS) for word in words.split()}

_RELATIVE: dict[str, Literal[0, 1]] = {
    "today": 0, "aujourdhui": 0, "heute": 0, "tomorrow": 1, "demain": 1, "morgen": 1,
}  # fmt: skip

_FILLERS = frozenset({
    "a", "at", "le", "la", "les", "the", "on", "of", "de", "du", "del", "des", "um", "uhr",
    "den", "der", "ce", "this", "t", "h", "hrs", "hours", "hour", "heure", "heures", "time",
    "zeit", "o'clock", "el", "las",
})  # fmt: skip


def _alternatives(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


_MONTH = _alternatives(MONTHS)
_HALF = r"(?P<half>[ap])\.?m\b\.?"
# Two digits before "am", or four before "GMT", are a time rather than a year.
_YEAR = (
    r"'?(?P<year>(?:1[5-9]|2\d)\d\d|1?\d\d)"
    r"(?!\d|\s?[:h.]\s?\d|\s?(?:[ap]\.?m|h|heures?|uhr|hrs|gmt|utc|z)\b)"
)
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d|[-/.]\d)",
        r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)"
        r"(?P<year>\d{4})(?!\d|[-/.]\d)",
        rf"(?<![\d:.])(?P<day>\d{{1,2}})(?:er|st|nd|rd|th|\.)?[\s/-]?\s?(?:de |of )?"
        rf"(?P<word>{_MONTH})\b\.?,?(?:[\s/-]?\s?(?:de |of )?{_YEAR})?",
        rf"\b(?P<word>{_MONTH})\b\.?[\s-]\s?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]|h\d|\.\d)"
        rf"(?:,?\s(?:of )?{_YEAR})?",
    )
)
_CLOCKS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<![\d:.+-])(?P<hour>\d{1,2})\s?(?::|h|heures?|uhr)\s?(?P<minute>\d{2})"
        rf"(?::(?P<second>\d{{1,2}})(?:[.,](?P<fraction>\d{{1,9}}))?)?(?![\d:])(?:\s?{_HALF})?",
        r"(?<![\d:.+-])(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?![\d.])"
        rf"\s?(?:{_HALF}|(?=(?:uhr|gmt|utc|heures?|cet|cest|bst)\b))",
        rf"(?<![\d:.+-])(?P<hour>\d{{1,2}})\s?(?:{_HALF}|(?:h|heures?|uhr|o'clock)\b)",
        r"(?<![\d:.+-])(?P<hour>\d{2})(?P<minute>\d{2})\s?"
        r"(?=(?:hrs?|hours?|h|z|gmt|utc|cet|cest|bst|ist|[ecmp][sd]?t)\b)",
        r"\b(?:12\s?)?(?P<noon>noon|midi|mittag)\b",
        r"\b(?:12\s?)?(?P<midnight>midnight|minuit|mitternacht)\b",
    )
)
_OFFSET = re.compile(r"(?:\b(?:gmt|utc)\s?|(?<![a-z]))[+-]\s?\d{1,2}(?::?\d{2})?(?!\d)", re.ASCII)
_COMMENT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# RFC 822's one-letter zones, wrongly defined there and so without meaning (RFC 5322 4.3).
_MILITARY = re.compile(r"\d\s?[a-gi-y]$", re.ASCII)
_LONE_YEAR = re.compile(r"(?<!\d)(?:1[89]|20|21)\d\d(?!\d)", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+(?:/[a-z_-]+)*|\S")
_PUNCTUATION = frozenset(",.;:()[]{}-–—'|/*\"«»!=#>")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_DASHES_AND_QUOTES = str.maketrans({"−": "-", "‐": "-", "‑": "-", "’": "'", "ʼ": "'"})


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day on a 24-hour clock; `midnight` says the word did, not which of the two."""

    hour: int
    minute: int
    second: int = 0
    microsecond: int = 0
    precision: Precision = "minute"
    midnight: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The parts that stand in a text; month and day come together."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None  # Monday is 0
    days_ahead: int | None = None  # 0 for "today", 1 for "tomorrow"
    clock: Clock | None = None
    zone: str | None = None  # as zones.find_zone takes it


def fold(text: str) -> str:
    """Casefolded, without accents, spacing made single: for comparing with word lists."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_DASHES_AND_QUOTES).casefold())
    bare = _ACCENTS.sub("", decomposed)
    return " ".join(bare.replace("aujourd'hui", "aujourdhui").split())


def full_year(digits: str) -> int:
    """A year of two to four digits, as RFC 5322 4.3 completes it: 26 and 126 are 2026."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _day_and_month(first: int, second: int, mark: str) -> tuple[int, int] | None:
    """Day and month of "14/02/2026"; None where it could be read both ways.

    With dots the day always comes first. With a slash or a dash, half the world writes one order
    and half the other (CLDR short date formats), so only what cannot be misread is read.
    """
    if mark == "." or first == second or first > 12:
        return first, second
    return (second, first) if second > 12 else None


def _read_clock(match: re.Match[str]) -> Clock | None:
    parts = match.groupdict()
    if parts.get("noon"):
        return Clock(12, 0)
    if parts.get("midnight"):
        return Clock(0, 0, midnight=True)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    return Clock(
        hour,
        minute,
        second,
        microsecond(parts.get("fraction")),
        "second" if parts.get("second") else "minute",
    )


def microsecond(fraction: str | None) -> int:
    """The digits after the decimal mark of a second, cut to microseconds."""
    return int((fraction or "0")[:6].ljust(6, "0"))


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _first_match(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(text))), None)


def _take_date(text: str) -> tuple[str, int | None, int | None, int | None] | None:
    """The text without its date, then year, month, day; None where a date is ambiguous."""
    match = _first_match(_DATES, text)
    if match is None:
        return text, None, None, None
    parts = match.groupdict()
    year = full_year(parts["year"]) if parts.get("year") else None
    if "first" in parts:
        order = _day_and_month(int(parts["first"]), int(parts["second"]), parts["mark"])
        if order is None:
            return None
        day, month = order
    else:
        day = int(parts["day"])
        month = MONTHS[parts["word"]] if "word" in parts else int(parts["month"])
    return _cut(text, match), year, month, day


def _take_words(text: str) -> tuple[int | None, int | None, str | None] | None:
    """Weekday, days ahead and zone of what is left of a text; None where a word is unknown."""
    weekday = ahead = zone = None
    if match := _OFFSET.search(text):
        zone = match.group().replace(" ", "")
        # What stands in brackets after an offset is a comment (RFC 5322, RFC 9557).
        text = _COMMENT.sub(" ", _cut(text, match))
    for word in _WORD.findall(text):
        if word in WEEKDAYS and weekday is None:
            weekday = WEEKDAYS[word]
        elif word in _RELATIVE and ahead is None:
            ahead = _RELATIVE[word]
        elif word in _FILLERS or word in _PUNCTUATION:
            continue
        elif zone is None and is_zone_name(word):
            zone = word
        else:
            return None
    return weekday, ahead, zone


def read_written(text: str) -> Written | None:
    """The parts of date and time that a text consists of; None where it holds anything else.

    Takes English and French words, and the month and day names of German, Spanish, Italian,
    Portuguese and Dutch. A numeric date that can be read both ways (03/02/2026), a second date or
    a second time make the text unreadable. Day and month are not checked against the calendar.
    """
    if len(text) > LONGEST:
        return None
    folded = fold(text)
    dated = None if _MILITARY.search(folded) else _take_date(folded)
    if dated is None:
        return None
    rest, year, month, day = dated
    clock = None
    if match := _first_match(_CLOCKS, rest):
        clock = _read_clock(match)
        if clock is None:
            return None
        rest = _cut(rest, match)
    # asctime and date(1) put the year last, after a time with seconds.
    if month is not None and year is None and clock and clock.precision == "second":
        match = _LONE_YEAR.search(rest)
        if match:
            year, rest = int(match.group()), _cut(rest, match)
    words = _take_words(rest)
    if words is None:
        return None
    weekday, ahead, zone = words
    return Written(year, month, day, weekday, ahead, clock, zone)
