"""An embargo is kept to the minute where it is certain, and without an end where it is not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform.dates import Moment
from flows.transform.embargo import find_embargo, read_embargo

# A Sunday.
PUBLISHED = Moment(datetime(2026, 3, 1, 18, 0, tzinfo=UTC), "second")
PUBLISHED_THAT_DAY = Moment(datetime(2026, 2, 28, 23, 0, tzinfo=UTC), "day")
STORY = "Le phare d'Oriel rouvrira ses portes.\n\nIl était fermé depuis dix ans."


def march(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


# The source is in Paris, an hour ahead of UTC in early March.
DATED = [
    ("SOUS EMBARGO JUSQU'À 06H00 GMT LE 3 MARS 2026", march(3, 6)),
    ("Sous embargo jusqu’au 3 mars 2026 à 06h00", march(3, 5)),
    ("EMBARGO: 2026-03-03 06:00", march(3, 5)),
    ("EMBARGO : 2026-03-03T06:00:00Z", march(3, 6)),
    ("*** EMBARGOED UNTIL 0001 GMT MARCH 3 ***", march(3, 0, 1)),
    ("EMBARGOED FOR RELEASE UNTIL 12 noon ET, Tuesday, March 3, 2026", march(3, 17)),
    ("STRICTLY EMBARGOED UNTIL 6 AM PST MARCH 3", march(3, 14)),
    ("Under strict embargo until 5 p.m. EST on March 3", march(3, 22)),
    ("This report is embargoed until 0600 GMT, March 3.", march(3, 6)),
    ("Cette dépêche est sous embargo jusqu'à demain 06h00", march(2, 5)),
    ("Embargo levé le 3 mars à 6h", march(3, 5)),
    ("NE PAS PUBLIER AVANT 06H00 GMT LE 3 MARS", march(3, 6)),
    ("Not for publication before 0600 GMT March 3", march(3, 6)),
    ("Sperrfrist: 3. März 2026, 12.00 Uhr", march(3, 11)),
    ("[EMBARGO 06H00 GMT LE 3 MARS] Le phare rouvre.", march(3, 6)),
    ("ATTENTION - EMBARGO 06h00 heure de Paris le 3 mars", march(3, 5)),
    # before or after a headline
    ("EMBARGO 2026-03-03 06:00: Le phare rouvre", march(3, 5)),
    ("EMBARGO 06h00 le 3 mars - Le phare rouvre", march(3, 5)),
    ("Embargoed until 6 a.m. EST. March 3: Lighthouse reopens", march(3, 11)),
    ("Le phare rouvre (sous embargo jusqu'au 3 mars 2026 06h00)", march(3, 5)),
    ("Le phare rouvre | EMBARGO 06H00 GMT LE 3 MARS", march(3, 6)),
    ("EMBARGO 1er avril 2026", datetime(2026, 4, 1, 22, tzinfo=UTC)),
    ("EMBARGO 2026-03-03 (lighthouse)", march(3, 23)),
    # without the word, or beside it
    ("Embargoed: not for publication or broadcast before 00:01 on 3 March 2026", march(2, 23, 1)),
    ("DO NOT PUBLISH BEFORE 3 March 2026", march(3, 23)),
    ("Please do not release until 2026-03-03", march(3, 23)),
    ("HOLD FOR RELEASE 03/03/2026", march(3, 23)),
    ("HOLD FOR RELEASE 03/03/2026: Lighthouse reopens", march(3, 23)),
    ("Hold until March 3, 2026", march(3, 23)),
    ("For release 3 March 2026 10:00 GMT", march(3, 10)),
    ("HFR 3 March 2026", march(3, 23)),
    ("Publication before 3 March 2026 is not allowed", march(3, 23)),
    ("This story must not be broadcast before 3 March 2026 10:00 GMT", march(3, 10)),
    ("Diffusion interdite avant le 3 mars 2026", march(3, 23)),
    ("Toute diffusion avant le 3 mars 2026 est strictement interdite", march(3, 23)),
    ("INTERDIT DE PUBLICATION AVANT LE 03/03/2026", march(3, 23)),
    ("Merci de ne pas diffuser/publier avant le 3 mars 2026", march(3, 23)),
    ("Ce texte ne doit pas être publié avant le 3 mars 2026", march(3, 23)),
    ("À paraître le 3 mars 2026, embargo", march(3, 23)),
    # in markup, in letters set apart, in full-width letters
    ("<b>EMBARGO</b> 2026-03-03", march(3, 23)),
    ("<p class='note'><i>E</i>MBARGO&nbsp;: 2026-03-03</p>", march(3, 23)),
    ("**EMBARGO** 2026-03-03", march(3, 23)),
    ("E M B A R G O 2026-03-03", march(3, 23)),
    ("S O U S  E M B A R G O  jusqu'au 3 mars", march(3, 23)),
    ("ＥＭＢＡＲＧＯ ２０２６-０３-０３", march(3, 23)),
    # a weekday: the first from the day of publication on
    ("Embargo jusqu'au samedi 20h00", march(7, 19)),
    ("Embargo jusqu'au mardi 3 mars à 06h00", march(3, 5)),
    ("Embargo jusqu'à dimanche 20h00", march(1, 19)),
    # a time alone: its next occurrence
    ("EMBARGO À 20H30", march(1, 19, 30)),
    ("/// EMBARGO 6h ///", march(2, 5)),
    # the later of two readings
    ("Embargo jusqu'au 3 mars", march(3, 23)),
    ("Embargo until midnight Tuesday", march(3, 23)),
    # long over, and said so
    ("EMBARGO: 2026-02-28 06:00", datetime(2026, 2, 28, 5, tzinfo=UTC)),
]


@pytest.mark.parametrize(("line", "until"), DATED, ids=[case[0] for case in DATED])
def test_an_embargo_ends_when_it_says(line: str, until: datetime) -> None:
    embargo = find_embargo(f"Le phare rouvre\n\n{line}\n\n{STORY}", PUBLISHED, "Europe/Paris")
    assert embargo is not None
    assert embargo.until == until
    assert embargo.text in line


UNREADABLE = [
    ("UNDER EMBARGO", "no end"),
    ("SOUS EMBARGO", "no end"),
    ("ATTENTION : EMBARGO", "no end"),
    ("Embargo: to be confirmed", "no end yet"),
    ("Embargo jusqu'à la fin du discours", "an event"),
    ("Embargo until the minister speaks at 9 pm", "an event"),
    ("Embargo: 30 février 2026 06h00", "no such day"),
    ("Embargo strict 3/4/2026 06:00", "3 April or 4 March"),
    ("EMBARGO 06h00 heure locale le 3 mars", "local to an unnamed place"),
    ("Embargo jusqu'au lundi 3 mars à 06h00", "a Tuesday"),
    ("Embargo jusqu'à dimanche 12h00", "that hour has passed"),
    ("Embargo jusqu'au 3 mars 2025 à 06h00", "a year ago"),
    ("EMBARGO 06H00 GMT (07H00 CET)", "two times"),
    ("EMBARGO 2000 MARCH 3", "year or time"),
    ("EMBARGO 06H00 XYZT LE 3 MARS", "an unknown zone"),
    ("SOUS EMBARGO : le phare rouvre", "no end"),
    ("Le phare rouvre [EMBARGO]", "no end"),
    ("HOLD FOR RELEASE", "no end"),
    ("HOLD FOR RELEASE 03/04/2026", "3 April or 4 March"),
    ("Ne pas diffuser avant le discours", "an event"),
    ("EMBARGO 06h00 - lundi, le phare rouvre", "the day stands apart"),
    ("EMBARGO 2026-03-03: embargo 2026-03-04", "two ends"),
    ("EMBARGO 2026-03-04 (embargo 2026-03-03)", "two ends"),
    ("Not for publication until the speech - EMBARGO 06H00", "two ends"),
    ("EMBARGO: mardi 3 mars 06h00, selon le ministère", "other words"),
]


@pytest.mark.parametrize(("line", "why"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_an_embargo_that_is_not_certain_has_no_end(line: str, why: str) -> None:
    embargo = find_embargo(f"{line}\n\n{STORY}", PUBLISHED, "Europe/Paris")
    assert embargo is not None, "what is an instruction is never passed over"
    assert embargo.until is None, why


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("EMBARGO 06H00 GMT", PUBLISHED_THAT_DAY),
        ("EMBARGO 06H00 GMT", None),
        ("EMBARGO 06H00 GMT LE 3 MARS", None),
        ("Embargo jusqu'au samedi 20h00", None),
        ("Embargo jusqu'à demain 06h00", None),
    ],
)
def test_what_depends_on_an_unknown_publication_has_no_end(
    line: str, published: Moment | None
) -> None:
    embargo = find_embargo(line, published, "Europe/Paris")
    assert embargo is not None
    assert embargo.until is None


def test_a_full_date_needs_no_publication() -> None:
    embargo = find_embargo("EMBARGO 06H00 GMT LE 3 MARS 2026", None)
    assert embargo is not None
    assert embargo.until == march(3, 6)


def test_an_hour_that_the_clocks_repeat_holds_until_the_second() -> None:
    embargo = find_embargo("Embargo: 2026-10-25 02:30", None, "Europe/Paris")
    assert embargo is not None
    assert embargo.until == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


TRADE = [
    "L'embargo américain contre Nordland a soixante ans",
    "Nordland lifts arms embargo",
    "Embargo : Oriel riposte",
    "Embargo : 3 morts à Oriel",
    "Embargo : mardi noir à Oriel",
    "Embargo sur le pétrole : Nordland hésite",
    "Embargo pétrolier",
    "EMBARGO 2026",
    "Embargo until 2030: what the ban means",
    "Embargo jusqu'en 2030 sur le charbon",
    "Embargo jusqu'au 3 mars sur les armes",
    "Embargo levé",
    "Embargo to hurt Nordland",
    "Embargoed oil until March: the shipping crisis",
    "Sous embargo américain depuis 1962, l'île souffre",
    "Sous embargo jusqu'en 2021, Nordland s'ouvre",
    "Under embargo for decades, the island opens",
    "Nordland restera sous embargo jusqu'à la fin des négociations",
    "Not for the first time, Oriel reopens its lighthouse",
    "Embargo 2026 : Nordland hésite",
    "Nordland - embargo depuis 1962",
    "Le charbon de Nordland (embargo depuis 2022)",
    "Embargo until 3 March on arms: what the ban means",
    "For immediate release",
    "FOR IMMEDIATE RELEASE 3 March 2026",
    "FOR RELEASE: Immediate",
    "Hold until the end, the keeper told himself",
    "Don't publish before you have read this",
    "À paraître le 3 mars 2026",
    "Publication des sondages interdite avant le second tour",
    "No release before the trial, says Oriel",
    "L'article sur l'embargo a été lu jusqu'au bout",
]


@pytest.mark.parametrize("line", TRADE)
def test_reports_about_embargoes_are_no_embargo(line: str) -> None:
    assert find_embargo(f"{line}\n\n{STORY}", PUBLISHED, "Europe/Paris") is None


def test_only_the_head_of_the_copy_can_lay_one() -> None:
    deep = "Une phrase.\n" * 6 + "SOUS EMBARGO JUSQU'À 06H00"
    assert find_embargo(deep, PUBLISHED) is None
    paragraph = "Sous embargo. " + "Le phare rouvre. " * 30
    assert find_embargo(paragraph, PUBLISHED) is None


@pytest.mark.parametrize(
    ("field", "until"),
    [
        ("2026-03-03T06:00:00Z", march(3, 6)),
        ("2020-03-03T06:00:00Z", datetime(2020, 3, 3, 6, tzinfo=UTC)),
        ("06H00 GMT le 3 mars", march(3, 6)),
        ("EMBARGO JUSQU'AU 3 MARS 06H00", march(3, 5)),
        ("2026-03-03", march(3, 23)),
        ("", None),
        ("yes", None),
    ],
)
def test_a_field_always_lays_one(field: str, until: datetime | None) -> None:
    assert read_embargo(field, PUBLISHED, "Europe/Paris").until == until


EMBARGO_WORDS = (
    *("EMBARGO", "sous embargo", "embargoed", "jusqu'au", "until", "under", "06H00", "6 pm", "GMT"),
    *("ET", "3 mars", "March 3", "2026", "2000", ":", "-", "(", "[", "]", "samedi", "midnight"),
    *("demain", "99:99", "31 février", "2026-03-29", "02:30", "Europe/Paris", "\n", "12"),
)
EMBARGO_LIKE = st.lists(st.sampled_from(EMBARGO_WORDS), max_size=12).map(" ".join)


@given(st.one_of(st.text(max_size=300), EMBARGO_LIKE), st.sampled_from([None, PUBLISHED]))
def test_no_text_raises_and_an_end_is_in_utc(text: str, published: Moment | None) -> None:
    for embargo in (
        find_embargo(text, published, "Europe/Paris"),
        read_embargo(text, published, "Europe/Paris"),
    ):
        if embargo is not None and embargo.until is not None:
            assert embargo.until.tzinfo is UTC
