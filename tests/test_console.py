"""What is printed can be read by programs, and cannot command a terminal."""

import json
from decimal import Decimal

import pytest

from flows.console import print_json, print_rows, shown, visible


def test_json_has_neither_nan_nor_infinity(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([{"a": float("nan"), "b": [float("-inf"), 1.5], "c": Decimal("NaN")}])

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    assert json.loads(capsys.readouterr().out, parse_constant=refuse) == [
        {"a": None, "b": [None, 1.5], "c": None}
    ]


def test_json_keeps_numbers_beyond_a_float(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(Decimal("1e400"))
    assert json.loads(capsys.readouterr().out) == "1E+400"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\x07b\x9bc", "a\\x07b\\x9bc"),
        ("abc\u202ecba", "abc\\u202ecba"),
        ("« déjà »\u00a0: 5\u202f€", "« déjà »\u00a0: 5\u202f€"),
    ],
)
def test_controls_are_spelled_out(text: str, printed: str) -> None:
    assert visible(text) == shown(text) == printed


def test_rows_that_do_not_fit_are_told_one_by_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = {f"column {number}": "of thirty characters or more" for number in range(20)}
    print_rows([wide, wide], as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("column 7")]) == 2
    assert all(line == line.rstrip() for line in lines)
