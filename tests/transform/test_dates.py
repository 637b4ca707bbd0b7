"""Dates are read strictly: what a source wrote, in UTC, or nothing."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.dates import Moment, disagrees, read_date


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


READ = [
    # RFC 822 and its descendants
    ("Sat, 14 Feb 2026 08:30:15 +0100", utc(2026, 2, 14, 7, 30, 15), "second"),
    ("Sat, 14 Feb 2026 08:30:15 GMT", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("Sat, 14 Feb 2026 08:30 GMT", utc(2026, 2, 14, 8, 30), "minute"),
    ("Sat,14 Feb 2026 08:30:15 +0000", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("14 Feb 2026 08:30:15 -0500", utc(2026, 2, 14, 13, 30, 15), "second"),
    ("Mon, 14 Feb 2026 08:30:15 GMT", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("Sat, 14 Feb 26 08:30:15 GMT", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("Sun, 14 Feb 99 08:30:15 GMT", utc(1999, 2, 14, 8, 30, 15), "second"),
    ("14 Feb 126 08:30:15 GMT", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("Sat, 14 Feb 2026 08:30:15 +0100 (CET)", utc(2026, 2, 14, 7, 30, 15), "second"),
    ("Sat, 14 Feb 2026 08:30:15 GMT+0100", utc(2026, 2, 14, 7, 30, 15), "second"),
    ("Sat, 14 Feb 2026 08:30:15 UTC+2", utc(2026, 2, 14, 6, 30, 15), "second"),
    ("Sat, 14 Feb 2026 8:30:5 GMT", utc(2026, 2, 14, 8, 30, 5), "second"),
    ("Lun, 09 Mar 2026 08:30:00 +0100", utc(2026, 3, 9, 7, 30), "second"),
    ("Sat,\n 14 Feb\u00a02026  08:30:15 GMT", utc(2026, 2, 14, 8, 30, 15), "second"),
    # RFC 850, asctime, date(1)
    ("Saturday, 14-Feb-26 08:30:15 GMT", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("Sat Feb 14 08:30:15 2026", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("Wed Feb  4 08:30:15 CET 2026", utc(2026, 2, 4, 7, 30, 15), "second"),
    # RFC 3339, W3CDTF, ISO 8601
    ("2026-02-14T08:30:15Z", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("2026-02-14t08:30:15z", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("2026-02-14T08:30:15.1234567+01:00", utc(2026, 2, 14, 7, 30, 15, 123456), "second"),
    ("2026-02-14T08:30:15,5Z", utc(2026, 2, 14, 8, 30, 15, 500000), "second"),
    ("2026-02-14T08:30+01:00", utc(2026, 2, 14, 7, 30), "minute"),
    ("2026-02-14T08Z", utc(2026, 2, 14, 8), "minute"),
    ("2026-02-14 08:30:15 +0100", utc(2026, 2, 14, 7, 30, 15), "second"),
    ("2026-02-14T08:30:15+01:00[Europe/Paris]", utc(2026, 2, 14, 7, 30, 15), "second"),
    ("2026-02-14T08:30:15−05:00", utc(2026, 2, 14, 13, 30, 15), "second"),
    ("2026-02-14T24:00:00Z", utc(2026, 2, 15), "second"),
    ("2026-06-30T23:59:60Z", utc(2026, 7, 1), "second"),
    ("20260214T080625Z", utc(2026, 2, 14, 8, 6, 25), "second"),
    ("20260516T080625+0200", utc(2026, 5, 16, 6, 6, 25), "second"),
    ("20260214080625", utc(2026, 2, 14, 8, 6, 25), "second"),
    ("20260214", utc(2026, 2, 14), "day"),
    ("2026-02-14", utc(2026, 2, 14), "day"),
    ("2026-02-14Z", utc(2026, 2, 14), "day"),
    ("2026-02-14 08:30", utc(2026, 2, 14, 8, 30), "minute"),
    ("2024-02-29", utc(2024, 2, 29), "day"),
    # numbers, where they can be read one way only
    ("14/02/2026", utc(2026, 2, 14), "day"),
    ("02/14/2026", utc(2026, 2, 14), "day"),
    ("03/03/2026", utc(2026, 3, 3), "day"),
    ("03.02.2026", utc(2026, 2, 3), "day"),
    ("2026/02/14 08:30:15", utc(2026, 2, 14, 8, 30, 15), "second"),
    ("14/02/2026 à 08h30", utc(2026, 2, 14, 8, 30), "minute"),
    # words
    ("14 février 2026 à 08h30", utc(2026, 2, 14, 8, 30), "minute"),
    ("le 14 fév. 2026 à 8 h", utc(2026, 2, 14, 8), "minute"),
    ("lundi 3 mars 2025", utc(2025, 3, 3), "day"),
    ("1er août 2025", utc(2025, 8, 1), "day"),
    ("February 14, 2026 8:30 AM EST", utc(2026, 2, 14, 13, 30), "minute"),
    ("Feb. 14, 2026, 12:15 a.m. ET", utc(2026, 2, 14, 5, 15), "minute"),
    ("14th February 2026 at 12 pm", utc(2026, 2, 14, 12), "minute"),
    ("3. März 2025, 12.00 Uhr", utc(2025, 3, 3, 12), "minute"),
    # seconds, where marked
    ("@1771056000", utc(2026, 2, 14, 8), "second"),
]


@pytest.mark.parametrize(("text", "at", "precision"), READ, ids=[case[0] for case in READ])
def test_a_date_is_read_in_utc_with_its_precision(text: str, at: datetime, precision: str) -> None:
    moment = read_date(text)
    assert moment is not None
    assert (moment.at, moment.precision) == (at, precision)
    assert moment.at.tzinfo is UTC


REFUSED = [
    ("", "nothing"),
    ("hier", "a word"),
    ("tomorrow at 8:30", "relative to a day that is not given"),
    ("Feb 14", "no year"),
    ("08:30", "no day"),
    ("2026", "a year alone"),
    ("2026-02", "a month alone"),
    ("03/02/2026", "day and month in either order"),
    ("03-02-2026 08:30", "day and month in either order"),
    ("14/02/26", "which of the numbers is the year"),
    ("1771056000", "a number that does not say what it counts"),
    ("2026-02-30", "no such day"),
    ("29 February 2026", "no such day"),
    ("2026-13-01T00:00:00Z", "month 13"),
    ("2026-00-10", "month 0"),
    ("Sat, 14 Feb 2026 24:00:00 GMT", "24:00 outside ISO 8601"),
    ("2026-02-14T24:30:00Z", "after the end of the day"),
    ("Sat, 14 Feb 2026 25:00:00 GMT", "hour 25"),
    ("2026-02-14T08:61:00Z", "minute 61"),
    ("2026-02-14T08:30:60Z", "second 60 in the middle of an hour"),
    ("14 Feb 2026 13:30 PM", "hour 13 of twelve"),
    ("Sat, 14 Feb 2026 08:30:15 +9900", "an offset no place has"),
    ("2026-02-14T08:30:15+15:00", "an offset no place has"),
    ("2026-02-14T08:30:15+01:75", "75 minutes"),
    ("14 Feb 2026 08:30 XYZT", "an unknown zone"),
    ("14 Feb 2026 08:30 A", "a military zone"),
    ("14 Feb 2026 08:30 AMT", "Amazonas or Armenia"),
    ("14 Feb 2026 midnight", "which end of the day"),
    ("14 Feb 2026 or 15 Feb 2026", "two days"),
    ("14 Feb 2026 08:30 09:30", "two times"),
    ("Published 14 Feb 2026 by Jane", "other words"),
    ("0001-01-01T00:00:00Z", "year 1"),
    ("Mon, 01 Jan 0001 00:00:00 +0000", "year 1"),
    ("1700-01-01", "before there were agencies"),
    ("9999-12-31T23:59:59Z", "year 9999"),
    ("1970-01-01T00:00:00Z", "the epoch"),
    ("1970-01-01", "the epoch, as a day"),
    ("Wed, 31 Dec 1969 19:00:00 -0500", "the epoch, in New York"),
    ("31 Dec 1969 16:00:00", "the epoch, in Los Angeles without saying so"),
    ("1969-12-31T23:59:59Z", "one second before the epoch"),
    ("@0", "the epoch"),
    ("@99999999999", "year 5138"),
    ("2026-02-14T08:30:15Z" + " " * 5 + "x" * 200, "too long"),
    ("٢٠٢٦-٠٢-١٤", "digits of another script"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[f"{c[1]}: {c[0][:30]}" for c in REFUSED])
def test_what_cannot_be_read_for_certain_is_none(text: str, why: str) -> None:
    assert read_date(text) is None, why


ZONES = [
    ("14 Jul 2026 08:30 America/Los_Angeles", "UTC", utc(2026, 7, 14, 15, 30)),
    ("14 Feb 2026 08:30 america/los_angeles", "UTC", utc(2026, 2, 14, 16, 30)),
    ("14 Feb 2026 08:30 Europe/Paris", "UTC", utc(2026, 2, 14, 7, 30)),
    ("14 Feb 2026 08:30 CET", "UTC", utc(2026, 2, 14, 7, 30)),
    ("14 Jul 2026 08:30 CET", "UTC", utc(2026, 7, 14, 7, 30)),
    ("14 Jul 2026 08:30 CEST", "UTC", utc(2026, 7, 14, 6, 30)),
    ("14 Feb 2026 08:30 EST", "UTC", utc(2026, 2, 14, 13, 30)),
    ("14 Jul 2026 08:30 PDT", "UTC", utc(2026, 7, 14, 15, 30)),
    ("14 Jul 2026 8:30 am ET", "UTC", utc(2026, 7, 14, 12, 30)),
    ("14 février 2026 à 08h30 (heure de Paris)", "UTC", utc(2026, 2, 14, 7, 30)),
    # shared abbreviations: the table's reading, unless the source's own time is called so
    ("14 Feb 2026 08:30 IST", "UTC", utc(2026, 2, 14, 3, 0)),
    ("14 Jul 2026 08:30 IST", "Europe/Dublin", utc(2026, 7, 14, 7, 30)),
    ("14 Feb 2026 08:30 IST", "Asia/Jerusalem", utc(2026, 2, 14, 6, 30)),
    ("14 Feb 2026 08:30 CST", "UTC", utc(2026, 2, 14, 14, 30)),
    ("14 Feb 2026 08:30 CST", "Asia/Shanghai", utc(2026, 2, 14, 0, 30)),
    ("14 Jul 2026 08:30 BST", "UTC", utc(2026, 7, 14, 7, 30)),
    # no zone: the source's
    ("14 Feb 2026 08:30", "Europe/Paris", utc(2026, 2, 14, 7, 30)),
    ("2026-07-14T08:30:00", "Europe/Paris", utc(2026, 7, 14, 6, 30)),
    ("2026-02-14", "Europe/Paris", utc(2026, 2, 13, 23)),
    ("2026-02-14", "Asia/Tokyo", utc(2026, 2, 13, 15)),
    # clocks that change: skipped hours count on, repeated hours are the first of the two
    ("2026-03-29 02:30", "Europe/Paris", utc(2026, 3, 29, 1, 30)),
    ("2026-10-25 02:30", "Europe/Paris", utc(2026, 10, 25, 0, 30)),
]


@pytest.mark.parametrize(
    ("text", "timezone", "at"), ZONES, ids=[f"{case[0]} in {case[1]}" for case in ZONES]
)
def test_a_zone_is_the_one_written_or_the_sources(text: str, timezone: str, at: datetime) -> None:
    moment = read_date(text, timezone)
    assert moment is not None
    assert moment.at == at


def test_a_date_after_the_latest_plausible_one_is_none() -> None:
    latest = utc(2026, 2, 14, 8, 30)
    assert read_date("2026-02-14T08:30:00Z", latest=latest) is not None
    assert read_date("2026-02-14T08:30:01Z", latest=latest) is None


def test_a_zone_the_catalogue_should_not_have_let_through_is_an_error() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        read_date("2026-02-14", "Europe/Atlantis")


DATE_LIKE = st.text(alphabet="0123456789-+:./, TZ@aàhmpéfvrAMPGSCEt'()[]\n\u00a0٣", max_size=60)


@given(st.one_of(st.text(max_size=200), DATE_LIKE), st.sampled_from(["UTC", "Europe/Paris"]))
def test_no_text_raises_and_what_is_read_is_plausible(text: str, timezone: str) -> None:
    moment = read_date(text, timezone)
    if moment is not None:
        assert moment.at.tzinfo is UTC
        assert 1800 <= moment.at.year <= 2199


@given(st.datetimes(datetime(1972, 1, 1), datetime(2199, 1, 1)).map(lambda d: d.replace(fold=0)))
def test_what_isoformat_writes_is_read_back(at: datetime) -> None:
    assert read_date(at.isoformat() + "Z") == Moment(at.replace(tzinfo=UTC), "second")


@pytest.mark.parametrize(
    "text", ["1" * 119, "a " * 59, "8:" * 59, "14 feb " * 17, "(" * 119, "2026-" * 23]
)
def test_hostile_text_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    assert read_date(text) is None
    assert time.perf_counter() - started < 0.05


DISAGREES = [
    ("2026-02-14", "PARIS, 14 fév 2026 (AFP) - Le musée rouvre.", False),
    ("2026-02-14", "PARIS, 12 fév 2026 (AFP) - Le musée rouvre.", False),
    ("2026-02-14", "PARIS, 11 fév 2026 (AFP) - Le musée rouvre.", True),
    ("2026-02-14", "PARIS, 14 fév 2025 (AFP) - Le musée rouvre.", True),
    ("2026-02-14", "LONDON, March 3 (Reuters) - The museum reopens.", True),
    ("2026-03-04", "LONDON, March 3 (Reuters) - The museum reopens.", False),
    ("2026-01-01", "LYON, 31 décembre (AFP) - Le musée rouvre.", False),
    ("2026-02-14", "MOSCOU, lundi (AFP) - Le musée rouvre.", False),
    ("2026-02-14", "Le musée rouvre, a rapporté vendredi la presse.", False),
    ("2026-02-14", "Le musée rouvre, fermé depuis le 3 mars 2024.", False),
    ("2026-02-14", "Le musée a rouvert ce vendredi 13 février à Lyon.", False),
    ("2026-02-14", "Le musée rouvrira ce vendredi 20 février à Lyon.", False),
    ("2026-02-14", "Le musée a rouvert ce mardi 10 mars à Lyon.", True),
    ("2026-02-14", "Le musée a rouvert ce mardi 1er juillet à Lyon.", True),
    ("2026-02-14", "Le musée a rouvert. " * 40 + "Depuis ce mardi 10 mars, rien.", False),
    ("2026-02-14", "", False),
]


@pytest.mark.parametrize(
    ("published", "body", "expected"), DISAGREES, ids=[c[0] + " " + c[1][:40] for c in DISAGREES]
)
def test_a_text_that_dates_itself_is_compared(published: str, body: str, expected: bool) -> None:
    moment = read_date(published)
    assert moment is not None
    assert disagrees(moment, body, "fr") is expected


def test_days_are_counted_where_the_source_is() -> None:
    moment = read_date("2026-02-14", "Asia/Tokyo")
    assert moment is not None
    body = "TOKYO, Feb 16, 2026 (Kyodo) -- The museum reopens."
    assert disagrees(moment, body, "en", "Asia/Tokyo") is False
    assert disagrees(Moment(moment.at - timedelta(days=1), "day"), body, "en", "Asia/Tokyo") is True


@given(st.text(max_size=300), st.sampled_from(["fr", "en", None]))
def test_no_body_raises(body: str, language: str | None) -> None:
    disagrees(Moment(utc(2026, 2, 14), "day"), body, language)
