"""What a run says of itself, source by source and as a whole."""

from dataclasses import replace

import pytest

from flows.model import Batch, Failed, Finished, Tally, Unmodified
from flows.report import Report
from tests.records import batch

DOWN = Failed("agency", "https://agency.example/", "refused", "no answer", 0.1)
SOME = Tally(received=5, added=2, revised=1, unchanged=1, rejected=1, duplicates=2, seconds=1.5)


def report(*loaded: tuple[Batch, dict[str, Tally]], busy: tuple[str, ...] = ()) -> Report:
    made = Report(busy=busy)
    for one, tallies in loaded:
        made.add(one, tallies)
    return made


def finished(*names: str, error: str | None = None) -> Batch:
    return batch(finished=tuple(Finished(name, error) for name in names))


def test_batches_add_up_by_source() -> None:
    made = report(
        (batch(), {"wire": SOME}),
        (batch(), {"wire": SOME, "agency": Tally(received=1, added=1)}),
    )

    assert made.of("wire").tally == SOME + SOME
    assert made.of("wire").tally.seconds == 3.0
    assert made.total == Tally(11, added=5, revised=2, unchanged=2, rejected=2, duplicates=4)
    assert not made.failed
    assert not made.hopeless


def test_a_line_has_every_figure() -> None:
    unread = replace(
        batch(),
        fetched=(
            Unmodified("wire", ".", "unchanged", 0.1, documents=900),
            Unmodified("wire", "a", "not_modified", 0.1),
        ),
    )
    made = report((unread, {"wire": SOME}), (finished("wire", error="refused: no answer"), {}))

    assert made.of("wire").line("wire") == (
        "wire: 5 received, 2 added, 1 revised, 1 unchanged, 2 duplicates, 1 rejected, 1.50 s; "
        "901 documents had not changed; failed: refused: no answer"
    )


def test_rows_are_in_order_of_names() -> None:
    made = report(
        (finished("agency", error="refused: no answer"), {"wire": SOME, "agency": Tally()})
    )

    assert made.rows() == [
        {
            "source": "agency", "received": 0, "added": 0, "revised": 0, "unchanged": 0,
            "duplicates": 0, "rejected": 0, "seconds": 0, "error": "refused: no answer",
        },
        {
            "source": "wire", "received": 5, "added": 2, "revised": 1, "unchanged": 1,
            "duplicates": 2, "rejected": 1, "seconds": 1.5, "error": None,
        },
    ]  # fmt: skip


FIGURES = "5 received, 2 added, 1 revised, 1 unchanged, 2 duplicates, 1 rejected"
NO_FIGURES = "0 received, 0 added, 0 revised, 0 unchanged, 0 duplicates, 0 rejected"


@pytest.mark.parametrize(
    ("made", "message", "hopeless"),
    [
        pytest.param(report(), "nothing was due", False, id="nothing to do"),
        pytest.param(report(busy=("wire",)), "another run is at it", False, id="all claimed"),
        pytest.param(
            report((finished("wire"), {"wire": SOME})), FIGURES, False, id="something done"
        ),
        pytest.param(
            report((finished("wire"), {"wire": Tally()})),
            f"nothing changed ({NO_FIGURES})", False,
            id="nothing new",
        ),
        pytest.param(
            report(
                (finished("wire"), {"wire": SOME}),
                (finished("agency", error="refused"), {"agency": Tally()}),
            ),
            f"{FIGURES}; 1 of 2 sources failed", False,
            id="one of two failed",
        ),
        pytest.param(
            report((finished("wire", "agency", error="refused"), {})),
            f"{NO_FIGURES}; 2 of 2 sources failed", True,
            id="all failed",
        ),
    ],
)  # fmt: skip
def test_the_whole_is_one_line(made: Report, message: str, hopeless: bool) -> None:
    assert made.message == message
    assert made.hopeless is hopeless


def test_a_file_that_failed_does_not_fail_its_source() -> None:
    made = report((batch(failed=(DOWN,), finished=(Finished("agency"),)), {"agency": Tally()}))

    assert made.failed == {}


def test_a_file_that_is_still_written_is_spoken_of() -> None:
    growing = Failed("wire", "grow.txt", "still_written", "still being written", 0.0)
    made = report((batch(failed=(growing,)), {"wire": Tally()}))

    assert made.message.endswith("; 1 still being written, read at the next run")
