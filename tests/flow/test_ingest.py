"""The main flow: what a run says of itself, and what it is about."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import State

from flows.load import runs
from flows.load.database import Database
from tests.flow.archived import contents, dispatches, query
from tests.flow.conftest import FEED, Newsroom, RunFlow


class TestWhatARunSaysOfItself:
    def test_completes_with_its_counts(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        state = run_flow()

        assert (state.type.value, state.name) == ("COMPLETED", "Completed")
        assert state.message == (
            "6 received, 5 added, 0 revised, 0 unchanged, 0 duplicates, 1 rejected"
        )
        assert query(archive, "SELECT state, received, added, rejected FROM run") == [
            ("Completed", 6, 5, 1)
        ]
        assert query(archive, "SELECT run_id FROM run") == [state.state_details.flow_run_id]
        assert query(archive, "SELECT finished_at >= started_at FROM run") == [True]

    def test_says_a_line_for_each_source(
        self,
        run_flow: RunFlow,
        archive: Database,
        quay: Newsroom,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        quay.source("gone")

        with caplog.at_level("INFO"):
            run_flow()

        said = {
            record.getMessage().split(":")[0]: (record.levelname, record.getMessage())
            for record in caplog.records
            if record.name == "prefect.flow_runs" and " received, " in record.getMessage()
        }
        assert set(said) >= {"wire", "quay", "gone"}
        level, line = said["wire"]
        assert level == "INFO"
        assert line.startswith("wire: 3 received, 3 added, 0 revised, 0 unchanged, 0 duplicates")
        level, line = said["gone"]
        assert level == "WARNING"
        assert "; failed: no_such_folder: " in line

    def test_leaves_its_table_on_the_page(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        state = run_flow()

        run_id = state.state_details.flow_run_id
        assert run_id is not None
        with get_client(sync_client=True) as client:
            (artifact,) = client.read_artifacts(
                artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
            )
        assert (artifact.type, artifact.key) == ("table", "ingest")
        assert artifact.description == state.message
        for text in ('"quay"', '"wire"', '"received": 3', '"rejected": 1'):
            assert text in str(artifact.data)

    def test_a_second_run_says_that_nothing_changed_and_adds_nothing(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        run_flow(everything=True)
        before = contents(archive)

        state = run_flow(everything=True)

        assert state.name == "Completed"
        assert str(state.message).startswith("nothing changed (0 received")
        assert contents(archive) == before

    def test_is_degraded_where_a_source_failed(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        quay.source("gone")

        state = run_flow()

        assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
        assert str(state.message).endswith("1 rejected; 1 of 3 sources failed")
        assert query(archive, "SELECT state FROM run") == ["Degraded"]
        assert query(archive, "SELECT name FROM source WHERE failures > 0") == ["gone"]

    def test_fails_only_where_nothing_could_be_done(
        self, run_flow: RunFlow, archive: Database, newsroom: Newsroom
    ) -> None:
        newsroom.source("gone")
        newsroom.source("lost")

        state = run_flow()

        assert (state.type.value, state.name) == ("FAILED", "Failed")
        assert str(state.message).endswith("2 of 2 sources failed")
        assert query(archive, "SELECT state FROM run") == ["Failed"]

    @pytest.mark.parametrize(
        ("parameters", "catalogue", "said"),
        [
            ({"sources": ["wires"]}, "", 'no source "wires": did you mean "wire"?'),
            ({"paths": ["/no/such/place"]}, "", "/no/such/place: no such file or folder"),
            ({}, "[[source", "sources.toml:"),
        ],
        ids=["a source that is not there", "a path that is not there", "no TOML"],
    )
    def test_fails_with_a_line_that_says_what_to_do(
        self,
        parameters: dict[str, Any],
        catalogue: str,
        said: str,
        *,
        run_flow: RunFlow,
        archive: Database,
        quay: Newsroom,
    ) -> None:
        with quay.catalogue.open("a") as file:
            file.write(catalogue)

        state = run_flow(**parameters)

        assert state.is_failed()
        assert said in str(state.message)
        assert "\n" not in str(state.message)
        assert query(archive, "SELECT state FROM run") == ["Failed"]


class TestWhatARunIsAbout:
    def test_by_itself_it_takes_what_is_due(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        quay.source("seldom", every=None)
        quay.text("seldom/1.txt", "An almanac is printed")
        quay.source("off", enabled=False)
        quay.text("off/1.txt", "A closed office writes on")

        run_flow()
        assert dispatches(archive) == {"wire": 3, "quay": 2}

        assert run_flow().message == "nothing was due"
        quay.text("wire/4.txt", "A fourth count is announced")
        quay.text("feeds/other.rss", "This is nobody's")
        query(archive, "UPDATE source SET next_poll_at = now() WHERE name = 'wire' RETURNING 1")
        state = run_flow()

        assert str(state.message).startswith("1 received, 1 added")
        assert query(
            archive, f"SELECT source FROM tally WHERE run_id = '{_run_id(state)}' GROUP BY source"
        ) == ["wire"]

    def test_a_source_is_due_one_interval_after_its_poll_and_later_after_a_failure(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        quay.source("gone")

        run_flow(everything=True)
        run_flow(everything=True)

        minutes = query(
            archive,
            "SELECT s.name, extract(epoch FROM s.next_poll_at - max(p.polled_at))::int / 60"
            " FROM source AS s JOIN poll AS p ON p.source = s.name GROUP BY s.name ORDER BY 1",
        )
        assert minutes == [("gone", 10), ("quay", 5), ("wire", 5)]

    def test_the_run_one_interval_later_need_not_be_late_to_find_it_due(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        run_flow(everything=True)
        query(
            archive,
            "UPDATE source SET next_poll_at = now() + CASE name WHEN 'wire' THEN interval '20 s'"
            " ELSE interval '3 min' END RETURNING 1",
        )

        state = run_flow()

        polled = f"SELECT source FROM tally WHERE run_id = '{_run_id(state)}' GROUP BY source"
        assert query(archive, polled) == ["wire"]

    def test_asked_for_everything_it_takes_all_that_is_enabled(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        quay.source("seldom", every=None)
        quay.text("seldom/1.txt", "An almanac is printed")
        quay.source("off", enabled=False)
        quay.text("off/1.txt", "A closed office writes on")

        run_flow(everything=True)

        assert dispatches(archive) == {"wire": 3, "quay": 2, "seldom": 1}

    def test_asked_for_a_source_it_takes_that_one_due_or_not(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        run_flow(sources=["quay"])
        quay.write("feeds/quay.rss", FEED.replace("q2", "q3").replace("winter", "summer"))
        run_flow(sources=["quay"])

        assert dispatches(archive) == {"quay": 3}

    def test_asked_for_a_path_it_takes_what_lies_there_as_its_source_would(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        run_flow(paths=[str(quay.folder / "wire" / "2.txt")])
        assert query(archive, "SELECT source, external_id FROM dispatch") == [("wire", "2.txt")]

        run_flow(everything=True)
        assert dispatches(archive) == {"wire": 3, "quay": 2}

    def test_a_path_of_no_source_becomes_one_of_its_own(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        quay.text("inbox/a.txt", "A letter is found behind the radiator")

        run_flow(paths=[str(quay.folder / "inbox")])
        again = run_flow(paths=[str(quay.folder / "inbox")])

        assert dispatches(archive) == {str(quay.folder / "inbox"): 1}
        assert str(again.message).startswith("nothing changed")
        assert run_flow(paths=[], everything=True).name == "Completed"
        assert str(quay.folder / "inbox") not in query(
            archive, "SELECT name FROM source WHERE every IS NOT NULL"
        )

    def test_several_paths_of_one_folder_are_of_one_source(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        inbox = quay.folder / "inbox"
        files = [
            quay.text(f"inbox/{name}.txt", f"Letter {name} is found behind the radiator")
            for name in ("a", "b", "c")
        ]

        state = run_flow(paths=[str(path) for path in (*files, files[1])])

        assert str(state.message).startswith("3 received, 3 added")
        assert dispatches(archive) == {str(inbox): 3}

    def test_a_path_of_a_source_that_another_run_is_polling_is_not_said_to_be_read(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        paths = [str(quay.folder / "wire" / "2.txt"), str(quay.folder / "feeds" / "quay.rss")]
        with runs.running(archive, uuid4(), "ingest") as claims:
            claims.take(["wire"])
            beside = run_flow(paths=paths)
            alone = run_flow(paths=paths[:1])

        assert beside.name == "Degraded"
        said = "1 paths not read while another run is at it: run again after it"
        assert str(beside.message).endswith(f"; {said}")
        assert alone.is_failed()
        assert alone.message == said
        assert dispatches(archive) == {"quay": 2}

    def test_what_another_run_is_polling_is_left_to_it(
        self, run_flow: RunFlow, archive: Database, quay: Newsroom
    ) -> None:
        with runs.running(archive, uuid4(), "ingest") as claims:
            assert claims.take(["wire", "quay"]) == ["wire", "quay"]
            state = run_flow()

        assert (state.name, state.message) == ("Completed", "another run is at it")
        assert dispatches(archive) == {}


def _run_id(state: State[Any]) -> UUID:
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    return run_id
