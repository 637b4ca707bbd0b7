"""sql/queries/ over the seeds: what a newcomer sees after the first run."""

import re
from collections.abc import Callable

import pytest

from flows.load import ask as questions
from flows.load.database import Database
from flows.settings import PROJECT, SQL

Rows = list[dict[str, str]]
Ask = Callable[..., Rows]

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def told(rows: Rows, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


@pytest.mark.parametrize("name", sorted(file.stem for file in (SQL / "queries").glob("*.sql")))
def test_every_query_finds_something_as_it_stands(ask: Ask, seeded: Database, name: str) -> None:
    assert ask(seeded, name)


def test_the_calls_in_the_readme_find_something(seeded: Database) -> None:
    calls = re.findall(r"`(newswire\.\w+\((?!timestamptz)[^`]+\))`", README)

    assert len(calls) == 2
    with seeded.connect() as connection:
        for call in calls:
            assert questions.query(connection, f"SELECT * FROM {call}"), call


def test_what_the_readme_leaves_out_would_else_be_found(seeded: Database) -> None:
    found = re.search(r"newswire\.search\('(\w+) (-\w+)', 'fr'\)", README)
    assert found
    with seeded.connect() as connection:
        without, with_all = (
            questions.query(connection, f"SELECT * FROM newswire.search('{words}', 'fr')")
            for words in (" ".join(found.groups()), found[1])
        )

    assert len(without) < len(with_all)


def test_the_ids_in_the_readme_are_there_and_the_first_is_one_of_the_search(
    seeded: Database,
) -> None:
    ids = re.findall(r"newswire show ([0-9a-f]{8})(?: --diff ([0-9a-f]{8}))?", README)
    words = re.search(r'newswire search "([^"]+)"', README)
    assert words
    with seeded.connect() as connection:
        hits = questions.query(connection, f"SELECT * FROM newswire.search('{words[1]}')")
        for one in {each for pair in ids for each in pair if each}:
            assert str(questions.find(connection, one)).startswith(one)

    assert ids[0][0] in {str(hit["dispatch_id"])[:8] for hit in hits}


def test_the_run_accounts_for_every_item(ask: Ask, seeded: Database) -> None:
    columns = ("received", "added", "revised", "unchanged", "rejected")

    assert told(ask(seeded, "runs_of_the_week"), *columns) == [("78", "72", "2", "1", "3")]


def test_each_kind_of_rejection_is_named(ask: Ask, seeded: Database) -> None:
    rows = ask(seeded, "rejections_by_code")

    assert sorted(told(rows, "source", "code", "open", "example_item")) == [
        ("alp-fr", "empty", "1", "090_fichier-vide.txt"),
        ("courrier-nave", "empty_item", "1", "courrier-nave.rss#8"),
        ("ngw-en", "binary", "1", "090_not-a-text-binary.txt"),
    ]


def test_the_blemishes_are_flagged_where_they_are(ask: Ask, seeded: Database) -> None:
    rows = ask(seeded, "quality_flags")

    assert sorted(told(rows, "flag", "source", "dispatches")) == [
        ("date_disagrees", "alp-fr", "1"),
        ("embargo_unreadable", "alp-fr", "1"),
        ("glued_word", "alp-fr", "1"),
        ("glued_word", "ngw-en", "1"),
        ("mojibake_repaired", "alp-fr", "1"),
        ("no_date", "alp-fr", "1"),
        ("no_date", "le-fanal", "1"),
        ("no_date", "ngw-en", "1"),
        ("repeated_phrase", "alp-fr", "1"),
        ("repeated_phrase", "ngw-en", "1"),
        ("truncated", "courrier-nave", "1"),
        ("truncated", "estuary-post", "1"),
        ("truncated", "le-fanal", "1"),
    ]


def test_an_updated_item_is_a_revision_and_a_silent_change(ask: Ask, seeded: Database) -> None:
    jeudi = "Valmorance: la cloche de l'école sonnera jeudi"
    vendredi = "Valmorance: la cloche de l'école sonnera vendredi, après réparation de la poutre"

    changes = ask(seeded, "changes_between_revisions")
    silent = ask(seeded, "silent_headline_changes")

    assert ("{headline,body}", jeudi, vendredi) in told(
        changes, "changed", "headline_before", "headline_after"
    )
    assert told(silent, "headline_before", "headline_after") == [(jeudi, vendredi)]


def test_embargoes_and_the_withdrawal_are_listed(ask: Ask, seeded: Database) -> None:
    rows = ask(seeded, "embargoes_and_withdrawals")

    assert told(rows, "state", "external_id") == [
        ("held back", "011_embargo-illisible-discours.txt"),
        ("withdrawn", "tag:estuary-post.example,2026:2026/11/09/mayor-yacht"),
        ("embargo passed", "010_embargo-passe-rapport-sommeil.txt"),
    ]


def test_the_story_of_the_glacier_is_followed_from_the_first_telling(
    ask: Ask, seeded: Database
) -> None:
    rows = [
        row
        for row in ask(seeded, "first_to_publish")
        if row["story"].startswith("Haute-Savoie: un lac glaciaire")
    ]

    assert told(rows[:2], "place", "source", "published_at") == [
        ("1", "alp-fr", "2026-11-02 05:40:00+00"),
        ("2", "alp-fr", "2026-11-02 05:40:00+00"),
    ]
    assert ("courrier-nave", "00:45:00", "republication") in told(
        rows, "source", "later_by", "relation"
    )


@pytest.mark.parametrize(
    ("source", "headline"),
    [
        ("alp-fr", "Haute-Savoie: un lac glaciaire"),
        ("ngw-en", "Northmoor Mutual cuts"),
        ("courrier-nave", "Haute-Savoie: un lac glaciaire"),
        ("courrier-nave", "Les loups du Jura cessent"),
        ("estuary-post", "Northmoor Mutual cuts"),
        ("le-fanal", "Océan Indien: La Réunion"),
    ],
)
def test_a_copy_of_the_same_text_has_its_original(
    ask: Ask, seeded: Database, source: str, headline: str
) -> None:
    relation = "repost" if source in ("alp-fr", "ngw-en") else "republication"
    copies = [
        row
        for row in ask(seeded, "first_to_publish")
        if row["source"] == source and row["headline"].startswith(headline) and row["relation"]
    ]

    assert told(copies, "relation", "share") == [(relation, "1.00")]


def test_the_papers_copy_the_agencies_and_one_agency_a_paper(ask: Ask, seeded: Database) -> None:
    rows = ask(seeded, "copying")

    assert sorted(told(rows, "copier", "copied", "copies")) == [
        ("alp-fr", "le-fanal", "1"),
        ("courrier-nave", "alp-fr", "4"),
        ("estuary-post", "ngw-en", "4"),
        ("le-fanal", "alp-fr", "3"),
    ]


def test_the_agencies_write_more_of_their_own_than_the_papers(ask: Ask, seeded: Database) -> None:
    rows = ask(seeded, "original_writing")

    assert told(rows, "source", "originals", "versions", "reposts", "copies") == [
        ("ngw-en", "16", "1", "1", "0"),
        ("alp-fr", "24", "1", "1", "1"),
        ("le-fanal", "6", "0", "0", "3"),
        ("courrier-nave", "4", "0", "0", "4"),
        ("estuary-post", "4", "0", "0", "4"),
    ]


@pytest.mark.parametrize(
    ("former", "later", "stood_for"),
    [
        ("Haute-Savoie: un lac glaciaire", "Étalières: 220 personnes évacuées", "04:35:00"),
        ("Storm Orla cuts power", "One dead as Storm Orla", "05:35:00"),
    ],
    ids=["fr/002 of fr/001", "en/011 of en/010"],
)
def test_a_version_in_a_file_of_its_own_takes_the_place_of_the_first(
    ask: Ask, seeded: Database, former: str, later: str, stood_for: str
) -> None:
    replaced = [
        row["stood_for"]
        for row in ask(seeded, "longest_lived_versions")
        if row["headline"].startswith(former) and row["next_headline"].startswith(later)
    ]
    shown = [row["headline"] for row in ask(seeded, "new_since")]

    assert replaced[-1:] == [stood_for]
    assert [one for one in shown if one.startswith((former, later))] == [
        next(one for one in shown if one.startswith(later))
    ]


def test_bulletins_and_follow_ups_are_stories_of_their_own(ask: Ask, seeded: Database) -> None:
    headlines = [row["headline"] for row in ask(seeded, "exclusive_stories")]

    assert headlines.count("Northern fish market: prices at the opening") == 2
    assert "Aux Étalières, trois pompes contre un lac" in headlines


def test_the_glacier_was_covered_in_two_languages_on_three_days(ask: Ask, seeded: Database) -> None:
    rows = ask(seeded, "coverage_of_words", words="Étalières")

    assert told(rows, "day", "languages") == [
        ("2026-11-02", "{en,fr}"),
        ("2026-11-05", "{fr}"),
        ("2026-11-12", "{en}"),
    ]
    assert rows == ask(seeded, "coverage_of_words", words="etalieres")


def test_the_seeds_are_french_and_english(ask: Ask, seeded: Database) -> None:
    whole = [row for row in ask(seeded, "language_mix") if not row["source"]]

    assert told(whole, "language", "dispatches") == [("fr", "45"), ("en", "27")]


def test_all_sources_are_healthy(ask: Ask, seeded: Database) -> None:
    rows = ask(seeded, "source_health")

    assert sorted(told(rows, "source", "health", "dispatches", "open_rejections")) == [
        ("alp-fr", "healthy", "28", "1"),
        ("courrier-nave", "healthy", "8", "1"),
        ("estuary-post", "healthy", "9", "0"),
        ("le-fanal", "healthy", "9", "0"),
        ("ngw-en", "healthy", "18", "1"),
    ]
