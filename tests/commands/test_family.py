"""A family as it is printed: two lines each, within the terminal's width."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from rich.cells import cell_len

from flows.commands.family import delay_words, family_lines


def member(number: int, relation: str = "republication", **fields: Any) -> dict[str, Any]:
    first = relation == "original"
    return {
        "dispatch_id": UUID(int=number << 96),
        "relation": relation,
        "of_dispatch_id": None if first else UUID(int=1 << 96),
        "share": None if first else 0.875,
        "jaccard": None if first else 0.5,
        "delay": None if first else timedelta(hours=number),
        "source": "wire",
        "published": "2026-11-20 12:00Z",
        "status": "usable",
        "embargoed": None,
        "publishable": False,
        "headline": f"Headline {number}",
        **fields,
    }


ORIGINAL = member(1, "original")


def printed(*family: dict[str, Any], asked: int = 1, width: int = 80) -> list[str]:
    return [line.plain for line in family_lines(family, UUID(int=asked << 96), width)]


def test_each_member_is_told_by_what_it_is_to_the_original() -> None:
    family = (ORIGINAL, member(2, source="paper"), member(3, "revision", publishable=True))

    assert printed(*family, asked=3) == [
        "family: 1 original, 1 version, 1 copy",
        "  relation  published          delay       share  jaccard  id",
        "  original  2026-11-20 12:00Z                              00000001",
        "    wire: Headline 1",
        "  copy      2026-11-20 12:00Z  +2 h          88%     0.50  00000002",
        "    paper: Headline 2",
        "▸ version   2026-11-20 12:00Z  +3 h          88%     0.50  00000003",
        "    wire: Headline 3",
        "publishable: 00000003",
    ]


def test_one_that_was_taken_from_another_copy_says_so() -> None:
    family = (ORIGINAL, member(2), member(3, of_dispatch_id=UUID(int=2 << 96)))

    lines = printed(*family)

    assert [line.endswith("  of 00000002") for line in lines[2::2]] == [False, False, True, False]


def test_no_line_is_wider_than_the_terminal() -> None:
    long = "Une dépêche 新聞 dont le titre " + "ne finit pas " * 9
    family = (
        member(1, "original", headline=long),
        member(2, of_dispatch_id=UUID(int=9), delay=timedelta(days=10, hours=23), headline=long),
    )

    lines = printed(*family)

    assert max(map(cell_len, lines)) == 80
    assert [line[-1] for line in lines[3:7:2]] == ["…", "…"]


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ({"status": "canceled"}, "none of these, since the original was withdrawn"),
        ({"status": "withheld"}, "none of these, since the original is held back"),
        (
            {"embargoed": True},
            "none of these, since the original is held back until its embargo ends",
        ),
    ],
    ids=["withdrawn", "held back", "under embargo"],
)
def test_that_nothing_may_be_shown_is_said_with_the_reason(
    original: dict[str, Any], expected: str
) -> None:
    lines = printed(ORIGINAL | original, member(2))

    assert lines[-1] == f"publishable: {expected}"
    assert ("(canceled)" in lines[3]) is (original == {"status": "canceled"})


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        (None, ""),
        (timedelta(), "+0 min"),
        (timedelta(seconds=40), "+40 s"),
        (timedelta(minutes=45), "+45 min"),
        (timedelta(minutes=59, seconds=40), "+1 h"),
        (timedelta(hours=2, minutes=5), "+2 h 05"),
        (timedelta(hours=23, minutes=59, seconds=40), "+1 d"),
        (timedelta(days=3, hours=4, minutes=20), "+3 d 4 h"),
        (-timedelta(hours=2), "-2 h"),
    ],
    ids=str,
)
def test_a_delay_is_short(delay: timedelta | None, expected: str) -> None:
    assert delay_words(delay) == expected
