"""sql/queries/: each file answers the question in its first line, as it stands, with psql."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.load.database import Database
from flows.settings import SQL

QUERIES = sorted((SQL / "queries").glob("*.sql"))

Rows = list[dict[str, str]]
Ask = Callable[..., Rows]
RunPsql = Callable[..., str]


def told(rows: Rows, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_there_are_queries() -> None:
    assert len(QUERIES) >= 10


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
class TestEveryQuery:
    def test_begins_with_its_question_and_its_usage(self, file: Path) -> None:
        question, _, usage = file.read_text(encoding="utf-8").split("\n")[:3]

        assert re.fullmatch(r"-- [A-Z].*\?", question)
        assert usage.startswith('-- psql "$(newswire dsn)" ')

    def test_explains_each_variable_it_takes(self, file: Path) -> None:
        text = file.read_text(encoding="utf-8")
        taken = set(re.findall(r":\{\?(\w+)\}", text))

        assert {name for name in taken if f"\n-- {name}:" in text} == taken

    def test_finds_nothing_in_an_empty_archive(
        self, run_psql: RunPsql, empty: Database, file: Path
    ) -> None:
        header, *rows = run_psql(empty, file).splitlines()

        assert "," in header
        assert rows == []

    def test_finds_something_in_a_lived_in_archive(
        self, run_psql: RunPsql, archive: Database, file: Path
    ) -> None:
        # Only one query asks for words, and its default is a story of the seeds.
        rows = run_psql(archive, file, words="viaduc").splitlines()[1:]

        assert rows

    def test_shows_nothing_that_is_held_back(
        self, run_psql: RunPsql, archive: Database, file: Path
    ) -> None:
        printed = run_psql(archive, file, words="secret OR viaduc", since="2000-01-01")

        assert "Secret" not in printed

    def test_can_be_asked_by_the_reading_role(
        self, run_psql: RunPsql, archive: Database, file: Path
    ) -> None:
        assert run_psql(archive, file, role="newswire_reader", words="viaduc").count("\n") > 1


def test_new_since_counts_from_the_latest_arrival(ask: Ask, archive: Database) -> None:
    assert told(ask(archive, "new_since"), "headline") == [("Sleep study published",)]


def test_new_since_leaves_out_copies_and_what_was_withdrawn(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "new_since", since="2024-03-05 12:00Z")

    assert told(rows, "source", "headline") == [
        ("wire", "Sleep study published"),
        ("paper", "Toll to fall"),
        ("paper", "Bridge closed for a year"),
        ("paper", "Ferry sails at one"),
        # The latest version of its source stands for the family.
        ("wire", "Le viaduc de Brumelle ferme pour un an"),
    ]


def test_volume_gives_no_hour_to_a_date_without_a_time(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "volume_by_source_and_hour", since="2024-03-01")

    assert told(rows, "source", "day", "hour", "dispatches", "copies", "words") == [
        ("paper", "2024-03-04", "7", "1", "1", "4"),
        ("paper", "2024-03-04", "14", "1", "1", "7"),
        ("paper", "2024-03-05", "8", "1", "1", "3"),
        ("paper", "2024-03-05", "10", "2", "0", "13"),
        ("paper", "2024-03-05", "18", "1", "0", "3"),
        ("wire", "2024-03-04", "5", "1", "0", "4"),
        ("wire", "2024-03-04", "11", "1", "1", "11"),
        ("wire", "2024-03-05", "", "1", "0", "3"),
        ("wire", "2024-03-05", "6", "1", "0", "3"),
        ("wire", "2024-03-05", "8", "1", "0", "2"),
        ("wire", "", "", "1", "0", "2"),
    ]


def test_volume_is_told_in_the_zone_asked_for(ask: Ask, archive: Database) -> None:
    rows = ask(
        archive, "volume_by_source_and_hour", since="2024-03-01", zone="Pacific/Kiritimati"
    )  # 14 hours ahead

    assert ("paper", "2024-03-06", "0", "2") in told(rows, "source", "day", "hour", "dispatches")
    # A bare day stays the source's day in every zone.
    assert ("wire", "2024-03-05", "", "1") in told(rows, "source", "day", "hour", "dispatches")


def test_first_to_publish_gives_each_telling_its_delay(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "first_to_publish")

    assert told(rows, "story", "place", "source", "later_by", "relation", "status") == [
        ("Le maire démissionne", "1", "wire", "", "", "canceled"),
        # The first is dated to the day: how much later the second came cannot be known.
        ("Le maire démissionne", "2", "paper", "", "republication", "usable"),
        ("Le viaduc de Brumelle ferme", "1", "wire", "00:00:00", "", "usable"),
        ("Le viaduc de Brumelle ferme", "2", "paper", "01:30:30", "republication", "usable"),
        ("Le viaduc de Brumelle ferme", "3", "wire", "06:00:00", "revision", "usable"),
        ("Le viaduc de Brumelle ferme", "4", "paper", "09:00:00", "republication", "usable"),
    ]
    # The last was taken from the version, and has no pair with the original.
    assert [row["share"] for row in rows] == ["", "0.97", "", "0.97", "0.40", "1.00"]


def test_changes_name_the_fields_that_differ(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "changes_between_revisions")

    assert told(rows, "changed", "headline_before", "headline_after", "words_more") == [
        ("{status}", "Le maire démissionne", "Le maire démissionne", "0"),
        ("{headline}", "Bridge closed for a day", "Bridge closed for a year", "0"),
        ("{headline,body}", "Ferry sails at noon", "Ferry sails at one", "3"),
        ("{headline,body,published_at}", "Toll to rise", "Toll to fall", "0"),
    ]


def test_changes_are_compared_with_what_came_before_the_window(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "changes_between_revisions", since="2024-03-06")

    assert len(rows) == 4
    assert all(row["headline_before"] for row in rows)
    assert ask(archive, "changes_between_revisions", since="2024-03-07") == []


def test_a_headline_changed_in_silence_is_told_from_one_changed_openly(
    ask: Ask, archive: Database
) -> None:
    rows = ask(archive, "silent_headline_changes")

    # The ferry's text says "Corrects", the toll's has a new date.
    assert told(rows, "headline_before", "headline_after", "body_changed") == [
        ("Bridge closed for a day", "Bridge closed for a year", "f")
    ]


@pytest.mark.parametrize(
    ("notice", "silent"),
    [
        ("mend", ["Ferry sails at one", "Bridge closed for a year"]),
        ("year", ["Ferry sails at one"]),
    ],
    ids=["no such words", "words of its own"],
)
def test_what_owns_up_to_a_change_can_be_told(
    ask: Ask, archive: Database, notice: str, silent: list[str]
) -> None:
    rows = ask(archive, "silent_headline_changes", notice=notice)

    assert sorted(row["headline_after"] for row in rows) == sorted(silent)


def test_language_mix_adds_up_to_each_source_and_to_the_whole(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "language_mix")

    assert told(rows, "source", "language", "dispatches", "percent") == [
        ("", "fr", "7", "58.3"),
        ("", "en", "4", "33.3"),
        ("", "", "1", "8.3"),
        ("paper", "fr", "3", "50.0"),
        ("paper", "en", "2", "33.3"),
        ("paper", "", "1", "16.7"),
        ("wire", "fr", "4", "66.7"),
        ("wire", "en", "2", "33.3"),
    ]


def test_quality_flags_are_counted_with_an_example_that_may_be_shown(
    ask: Ask, archive: Database
) -> None:
    rows = ask(archive, "quality_flags")

    assert told(rows, "flag", "source", "dispatches", "percent_of_source", "example") == [
        ("truncated", "wire", "2", "33.3", ""),
        ("glued_word", "paper", "1", "16.7", "Brumelle: plus de viaduc"),
        ("glued_word", "wire", "1", "16.7", ""),
    ]


def test_source_health_puts_what_fails_first(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "source_health")

    assert told(rows, "source", "health", "failures", "quiet_for", "dispatches") == [
        ("mute", "failing", "3", "", "0"),
        ("paper", "healthy", "0", "1 day", "6"),
        ("wire", "healthy", "0", "00:00:00", "6"),
    ]
    assert rows[0]["last_error"] == "timeout: no answer in 30 s"


def test_rejections_show_an_open_example(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "rejections_by_code")

    assert told(rows, "source", "stage", "code", "open", "resolved", "example_item") == [
        ("wire", "read", "empty", "1", "1", "old.txt"),
        ("mute", "fetch", "timeout", "1", "0", "http://mute.example/"),
    ]


def test_embargoes_and_withdrawals_tell_of_what_they_do_not_show(
    ask: Ask, archive: Database
) -> None:
    rows = ask(archive, "embargoes_and_withdrawals")

    assert told(rows, "state", "external_id", "stood_for", "copies_standing", "headline") == [
        ("held back", "item-5", "", "0", ""),
        ("under embargo", "item-7", "", "0", ""),
        ("withdrawn", "item-3", "1 day", "1", "Le maire démissionne"),
        ("embargo passed", "item-6", "", "0", "Sleep study published"),
    ]


@pytest.mark.parametrize(
    ("at", "known", "since"),
    [
        ("2024-03-05 11:59:59Z", None, None),
        ("2024-03-05 12:00Z", "Bridge closed for a day", "Bridge closed for a year"),
        ("2024-03-06 11:59:59Z", "Bridge closed for a day", "Bridge closed for a year"),
        ("2024-03-06 12:00Z", "Bridge closed for a year", ""),
    ],
    ids=["before", "as it came", "just before it changed", "as it changed"],
)
def test_known_at_tells_the_state_of_that_moment(
    ask: Ask, archive: Database, at: str, known: str | None, since: str | None
) -> None:
    rows = ask(archive, "known_at", at=at)
    bridge = [row for row in rows if row["headline_then"].startswith("Bridge")]

    assert told(bridge, "headline_then", "headline_since") == ([(known, since)] if known else [])


def test_known_at_says_that_a_dispatch_was_withdrawn_since(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "known_at", at="2024-03-05 12:00Z")

    assert ("Le maire démissionne", "canceled") in told(rows, "headline_then", "status_since")


def test_provenance_leads_to_the_document_of_each_revision(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "provenance", id="00000008-0000-0000-0000-000000000000")

    assert told(rows, "revision", "headline", "sha256", "position", "location", "run_state") == [
        ("1", "Bridge closed for a day", "a" * 64, "8", "paper.rss", "Completed"),
        ("2", "Bridge closed for a year", "b" * 64, "8", "paper.rss", "Crashed"),
    ]


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("00000008", ["00000008"] * 2),
        ("00000008-0000", ["00000008"] * 2),
        ("0000000", [f"{number:08}" for number in (1, 2, 3, 3, 4, 5, 6, 7, 8, 8, 9, 9)]),
        ("nobody's", []),
    ],
    ids=["short", "as the search prints it", "of several", "of none"],
)
def test_provenance_takes_the_beginning_of_an_id(
    ask: Ask, archive: Database, beginning: str, found: list[str]
) -> None:
    rows = ask(archive, "provenance", id=beginning)

    assert [row["dispatch_id"][:8] for row in rows] == found


def test_runs_are_those_of_the_week_before_the_latest(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "runs_of_the_week")

    columns = ("started_at", "state", "received", "seconds", "per_second", "failed_polls")
    assert told(rows, *columns) == [
        ("2024-03-06 12:00:00+00", "Crashed", "0", "", "", "0"),
        ("2024-03-05 12:00:00+00", "Completed", "200", "20.0", "10.0", "1"),
    ]


def test_coverage_counts_copies_beside_own_writing(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "coverage_of_words", words="viaduc OR bridge")

    assert told(rows, "day", "originals", "versions", "copies", "words_written", "sources") == [
        ("2024-03-04", "1", "1", "2", "4", "{paper,wire}"),
        ("2024-03-05", "1", "0", "0", "4", "{paper}"),
    ]


def test_coverage_finds_a_story_by_the_words_of_its_latest_version(
    ask: Ask, archive: Database
) -> None:
    rows = ask(archive, "coverage_of_words", words="préfète")

    assert told(rows, "day", "originals", "versions", "copies") == [("2024-03-04", "1", "1", "2")]


def test_copying_tells_who_takes_from_whom_and_how_fast(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "copying")

    # Of three copies two have a time to count from: one and a half hours, and nine.
    assert rows == [
        {
            "copier": "paper",
            "copied": "wire",
            "copies": "3",
            "percent_taken": "98",
            "timed": "2",
            "fastest": "01:30:30",
            "half_within": "05:15:15",
            "nine_in_ten_within": "08:15:03",
        }
    ]


def test_what_is_original_is_told_by_dispatches_and_by_words(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "original_writing")

    columns = ("source", "dispatches", "originals", "versions", "reposts", "copies")
    assert told(rows, *columns) == [
        ("wire", "3", "2", "1", "0", "0"),
        ("paper", "6", "3", "0", "0", "3"),
    ]
    # Of the paper's 30 words 16 are its stories', and 3 in 100 of 7 its own in two of the copies.
    assert told(rows, "percent_original", "words", "percent_of_words_original") == [
        ("100.0", "18", "100.0"),
        ("50.0", "30", "54.0"),
    ]


def test_exclusive_is_what_no_other_outlet_has(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "exclusive_stories")

    assert told(rows, "source", "headline", "alone_for", "versions") == [
        ("paper", "Toll to fall", "1 day 18:00:00", "1"),
        ("paper", "Bridge closed for a year", "2 days 02:00:00", "1"),
        ("paper", "Ferry sails at one", "2 days 02:00:00", "1"),
        ("wire", "Sleep study published", "2 days 06:00:00", "1"),
    ]


def test_versions_are_replaced_by_revisions_and_by_dispatches(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "longest_lived_versions")

    # That the mayor's was withdrawn is no version, nor is the study that quotes the viaduct's.
    assert told(rows, "stood_for", "replaced_by", "headline", "next_headline") == [
        ("1 day", "revision", "Bridge closed for a day", "Bridge closed for a year"),
        ("1 day", "revision", "Ferry sails at noon", "Ferry sails at one"),
        ("1 day", "revision", "Toll to rise", "Toll to fall"),
        (
            "06:00:00",
            "dispatch",
            "Le viaduc de Brumelle ferme",
            "Le viaduc de Brumelle ferme pour un an",
        ),
    ]


def test_copies_of_what_was_withdrawn_are_found(ask: Ask, archive: Database) -> None:
    rows = ask(archive, "withdrawn_copies")

    assert told(rows, "withdrawn_at", "withdrawn_by", "withdrawn", "copied_by", "headline") == [
        ("2024-03-06 12:00:00+00", "wire", "Le maire démissionne", "paper", "Brumelle sans maire")
    ]
    assert told(rows, "relation", "percent_taken") == [("republication", "97")]
    assert ask(archive, "withdrawn_copies", since="2024-03-07") == []
