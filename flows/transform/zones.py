"""Time zones as feeds and agencies write them: offsets, abbreviations, IANA names, cities.

An abbreviation names a fixed offset, also in the half of the year in which the place keeps
another: "CET" in July is what was written, +01:00.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

# From -12:00 (Baker Island) to +14:00 (Kiribati): IANA's range since 1995.
WESTERNMOST = timedelta(hours=-12)
EASTERNMOST = timedelta(hours=14)

# Minutes east of Greenwich. EST to PDT are RFC 822's. Where several places share an abbreviation,
# the one whose feeds write it is given: IST India (Ireland's and Israel's feeds give offsets),
# BST Britain, CST and CDT North America (RFC 822), AST Atlantic, GST the Gulf, SGT Singapore,
# WAT, CAT and EAT Africa. A source whose own zone goes by the abbreviation means its own: see
# `own_names`. Left out, and so refused, because no reading prevails: AMT, ECT, SST, WST, ACT,
# and RFC 822's military letters, which RFC 5322 4.3 declares meaningless.
ABBREVIATIONS = {
    "z": 0, "utc": 0, "ut": 0, "gmt": 0, "tu": 0, "uct": 0, "wet": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "akst": -540, "akdt": -480, "hst": -600, "ast": -240, "adt": -180,
    "nst": -210, "ndt": -150, "brt": -180, "art": -180, "clt": -240, "clst": -180,
    "cot": -300, "pet": -300,
    "bst": 60, "west": 60, "cet": 60, "mez": 60, "met": 60, "hnec": 60,
    "cest": 120, "mesz": 120, "mest": 120, "haec": 120, "eet": 120, "eest": 180, "msk": 180,
    "trt": 180, "wat": 60, "cat": 120, "sast": 120, "eat": 180,
    "gst": 240, "pkt": 300, "ist": 330, "npt": 345, "ict": 420, "wib": 420,
    "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "awst": 480, "wita": 480,
    "jst": 540, "kst": 540, "wit": 540, "acst": 570, "acdt": 630,
    "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip

# Where the name means the time kept there, summer or winter.
PLACES = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "paris": "Europe/Paris", "londres": "Europe/London", "london": "Europe/London",
    "bruxelles": "Europe/Brussels", "brussels": "Europe/Brussels",
    "geneve": "Europe/Zurich", "geneva": "Europe/Zurich", "berlin": "Europe/Berlin",
    "madrid": "Europe/Madrid", "rome": "Europe/Rome", "moscou": "Europe/Moscow",
    "moscow": "Europe/Moscow", "tokyo": "Asia/Tokyo", "seoul": "Asia/Seoul",
    "pekin": "Asia/Shanghai", "beijing": "Asia/Shanghai", "alger": "Africa/Algiers",
    "tunis": "Africa/Tunis", "rabat": "Africa/Casablanca", "montreal": "America/Toronto",
}  # fmt: skip

_OFFSET = re.compile(
    r"(?:(?:gmt|utc|z)\s?)?([+-])\s?(?:(\d{1,2})(?::(\d{2}))?|(\d{1,2})(\d{2}))", re.ASCII
)


@lru_cache(maxsize=1)
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if "/" in name}


@lru_cache(maxsize=1024)
def own_names(zone: str, year: int) -> dict[str, timedelta]:
    """The abbreviations an IANA zone goes by in `year`, casefolded, with their offsets.

    Raises ZoneInfoNotFoundError for a zone that does not exist.
    """
    names: dict[str, timedelta] = {}
    for month in (1, 7):
        moment = datetime(year, month, 1, tzinfo=ZoneInfo(zone))
        name, offset = moment.tzname(), moment.utcoffset()
        if name and name.isalpha() and offset is not None:
            names[name.casefold()] = offset
    return names


def is_zone_name(word: str) -> bool:
    """Whether a casefolded word without accents is an abbreviation, an IANA name or a place."""
    return word in ABBREVIATIONS or word in PLACES or word in _iana_names()


def _offset(text: str) -> timezone | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes, joined_hours, joined_minutes = match.groups()
    if int(minutes or joined_minutes or 0) > 59:
        return None
    size = timedelta(hours=int(hours or joined_hours), minutes=int(minutes or joined_minutes or 0))
    offset = -size if sign == "-" else size
    return timezone(offset) if WESTERNMOST <= offset <= EASTERNMOST else None


def find_zone(text: str, home: str, year: int) -> tzinfo | None:
    """The zone a text names; None where it names none that is known.

    `text` is casefolded and without accents: "+01:00", "-0500", "gmt+2", "cet", "et",
    "america/los_angeles", "paris". `home` is the IANA zone of the source, which an abbreviation
    shared by several places refers to where the source's own time is called so in `year`.
    """
    if (offset := _offset(text)) is not None:
        return offset
    if (own := own_names(home, year).get(text)) is not None:
        return timezone(own)
    if (minutes := ABBREVIATIONS.get(text)) is not None:
        return timezone(timedelta(minutes=minutes))
    name = PLACES.get(text) or _iana_names().get(text)
    return None if name is None else ZoneInfo(name)


def to_utc(wall: datetime, zone: tzinfo, *, later: bool = False) -> datetime:
    """A wall-clock time (naive) of a zone, in UTC.

    A time that a clock change repeats is the first of the two, and one that it skips is counted
    with the offset that held before (PEP 495, fold 0); `later` takes the later of two readings.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(first, second) if later else first
