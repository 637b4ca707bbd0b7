"""Word-level differences: exact, readable, and in bounded time on any two texts."""

from itertools import pairwise
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.transform import diff as module
from flows.transform.diff import Change, diff


def marked(before: str, after: str) -> str:
    """As wdiff prints it."""
    return "".join(
        one.before
        if one.operation == "equal"
        else (f"[-{one.before}-]" if one.before else "")
        + (f"{{+{one.after}+}}" if one.after else "")
        for one in diff(before, after)
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("The ferry sails.", "The ferry sails.", "The ferry sails."),
        ("", "A ferry", "{+A ferry+}"),
        ("A ferry", "", "[-A ferry-]"),
        ("Four boats sank", "Five boats sank", "[-Four-]{+Five+} boats sank"),
        ("Boats sank", "Boats sank on Monday", "Boats sank{+ on Monday+}"),
        ("Sadly, boats sank", "boats sank", "[-Sadly, -]boats sank"),
        ("It rose 3,5 points.", "It rose 4,5 points.", "It rose [-3,5-]{+4,5+} points."),
        ("de l'eau claire", "de l'air claire", "de l'[-eau-]{+air+} claire"),
        ("It ended", "It ended!", "It ended{+!+}"),
        ("One. Two.", "One.\n\nTwo.", "One.[- -]{+\n\n+}Two."),
        ("Prix : 3 €", "Prix\u00a0: 3 €", "Prix[- -]{+\u00a0+}: 3 €"),
        ("It ended \n", "It ended", "It ended[- \n-]"),
        (
            "It blew today. It rained.",
            "It snowed today. Four sank. It rained.",
            "It [-blew-]{+snowed+} today. {+Four sank. +}It rained.",
        ),
        ("It blew.\n\nFour sank.", "It blew.", "It blew.[-\n\nFour sank.-]"),
        (
            "Two men of the harbour guard were hurt",
            "Nobody on the quay of this port saw it",
            "[-Two men of the harbour guard were hurt-]{+Nobody on the quay of this port saw it+}",
        ),
        (
            "Two men left the harbour of Oriel early on Monday",
            "Six women left the harbour of Oriel late at night",
            "[-Two men-]{+Six women+} left the harbour of Oriel"
            " [-early on Monday-]{+late at night+}",
        ),
    ],
    ids=[
        "nothing",
        "nothing changed",
        "all is new",
        "all is gone",
        "a word replaced",
        "words added at the end",
        "words cut at the beginning",
        "a number is one word",
        "an elision is a word of its own",
        "a sign",
        "a paragraph broken in two",
        "another kind of space",
        "space at the end",
        "a sentence is put in whole",
        "a paragraph is cut whole",
        "a small word amid rewritten ones is no island",
        "a longer run amid rewritten ones stays",
    ],
)
def test_what_changed_is_told_by_the_word(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        ("a b", "a b", ["equal"]),
        ("a b", "a b c", ["equal", "insert"]),
        ("a b c", "a b", ["equal", "delete"]),
        ("a b c", "a x c", ["equal", "replace", "equal"]),
    ],
)
def test_each_change_says_what_it_is(before: str, after: str, operations: list[str]) -> None:
    assert [one.operation for one in diff(before, after)] == operations


TEXTS = st.text("ab,. \n'1", max_size=60) | st.text(max_size=60)


def assert_whole(changes: list[Change], before: str, after: str) -> None:
    assert "".join(one.before for one in changes) == before
    assert "".join(one.after for one in changes) == after
    kinds = [one.operation == "equal" for one in changes]
    assert all(one != other for one, other in pairwise(kinds))


@given(TEXTS, TEXTS)
def test_both_texts_can_be_put_together_from_the_changes(before: str, after: str) -> None:
    assert_whole(diff(before, after), before, after)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert diff(text, text) == ([Change(text, text)] if text else [])


QUAY = ["the", "quay", "was", "wet", "and", "it", "rained"]


def test_a_long_text_is_compared_by_paragraphs_and_then_by_words() -> None:
    random = Random(1)
    paragraphs = [" ".join(random.choices(QUAY, k=60)) for _ in range(90)]
    changed = [one if place % 20 else f"{one} again" for place, one in enumerate(paragraphs)]

    changes = diff("\n\n".join(paragraphs), "\n\n".join(changed))

    assert [one.after for one in changes if one.operation != "equal"] == [" again"] * 5


def test_the_paragraphs_of_a_long_text_are_compared_as_finely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = "One sank.\n\nTwo sailed home in the rain.\n\nThree were lost."
    after = "None sank.\n\nTwo sailed home in the rain.\n\nThree were found."
    expected = diff(before, after)
    monkeypatch.setattr(module, "MOST_PAIRS", 5)

    assert diff(before, after) == expected
    assert len(expected) == 4


def lined(words: list[str]) -> str:
    return "\n".join(words)


UNKIND = [
    ("two million spaces", " " * 2_000_000, "\t" * 2_000_000),
    ("one line, over and over", "so it goes\n" * 150_000, "so it goes\n" * 100_000 + "no\n" * 9),
    (
        "a table of which every figure changed",
        " ".join(f"{n}.1 points" for n in range(990)),
        " ".join(f"{n}.2 points" for n in range(990)),
    ),
    (
        "ten words at random, a line each",
        lined(Random(1).choices("abcdefghij", k=300_000)),
        lined(Random(2).choices("abcdefghij", k=300_000)),
    ),
    (
        "a hundred paragraphs rewritten",
        "".join(f"{n}\n{' '.join(Random(n).choices('abc', k=1500))}\n" for n in range(100)),
        "".join(f"{n}\n{' '.join(Random(-n).choices('cab', k=1600))}\n" for n in range(100)),
    ),
]


@pytest.mark.parametrize(
    ("before", "after"), [case[1:] for case in UNKIND], ids=[case[0] for case in UNKIND]
)
def test_no_two_texts_take_long(before: str, after: str) -> None:
    began = process_time()

    changes = diff(before, after)

    # Without bounds it takes from half a minute to hours.
    assert process_time() - began < 10
    assert_whole(changes, before, after)
