"""Prints listings: tables for people, JSON for programs."""

import json
import math
import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

Row = Mapping[str, Any]


class ReaderGone(Exception):
    """Who read our output has read enough, as `| head` does.

    An exception of our own: of a broken pipe Typer and rich would make a failure.
    """


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise ReaderGone


# Figures and results go to standard output, what is said about them to standard error, so that
# `newswire … --json | jq` sees JSON alone.
out = _Console(highlight=False)
err = Console(stderr=True, highlight=False)
if not out.is_terminal:
    # In a file or a pipe there is no edge to fold at, and a program may read what is printed.
    out.width = int(columns) if (columns := os.environ.get("COLUMNS", "")).isdecimal() else 200

# A text folded at fewer characters than this is read word by word.
READABLE = 24

# C0 and C1 but for the line end and the tab, and what turns the direction of writing.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_NUMBERS = (int, float, Decimal)


def say(message: str) -> None:
    """One line for the person at the terminal, however long: a log keeps it in one piece."""
    err.print(escape(visible(message)), soft_wrap=True)


def print_json(value: object) -> None:
    """A value as JSON in UTF-8, dates in ISO 8601."""
    text = json.dumps(_finite(value), ensure_ascii=False, indent=2, default=_plain, allow_nan=False)
    # A text may hold a lone surrogate only in memory; escaped, it can be printed.
    write(text.encode("utf-8", "backslashreplace") + b"\n")


def write(output: bytes) -> None:
    """Bytes to standard output, as they are. Raises ReaderGone."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise ReaderGone from None


def print_rows(rows: Sequence[Row], *, as_json: bool, title: str | None = None) -> None:
    """A listing: a JSON array, or a table whose columns are the keys of the first row."""
    if as_json:
        print_json([dict(row) for row in rows])
        return
    if not rows:
        out.print("nothing")
        return
    if fits(rows):
        print_table(make_table(rows, title))
        return
    for number, row in enumerate(rows, 1):
        table = make_table(
            [{"column": name, "value": shown(value)} for name, value in row.items()],
            f"{title or 'row'} {number}",
        )
        table.show_header = False
        print_table(table)


def chosen(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    """Some columns of a row, in this order."""
    return {name: row[name] for name in columns}


def print_table(table: Table) -> None:
    """A table, without the blanks that would pad its lines in a file or a pipe."""
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as capture:
        out.print(table)
    for line in capture.get().splitlines():
        out.print(line.rstrip(), markup=False, soft_wrap=True)


def fits(rows: Sequence[Row]) -> bool:
    """Whether the rows are readable side by side: cells may fold, but not to shreds."""
    widths = (
        max(len(str(name)), *(min(len(shown(row[name])), READABLE) for row in rows))
        for name in rows[0]
    )
    return sum(widths) + 2 * len(rows[0]) <= out.width


def make_table(rows: Sequence[Row], title: str | None = None) -> Table:
    """A table of rows; numbers to the right, empty cells for None."""
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in rows[0]:
        number = any(isinstance(row[name], _NUMBERS) for row in rows) and not any(
            isinstance(row[name], (str, bool)) for row in rows
        )
        table.add_column(escape(str(name)), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(shown(value)) for value in row.values()))
    return table


def shown(value: object) -> str:
    """A value as a table cell."""
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case float():
            return f"{value:.2f}"
        case list() | tuple():
            return ", ".join(map(shown, value))
        case bytes():
            return value.hex()
        case _:
            return visible(str(value))


def visible(text: str) -> str:
    """The text with its control characters spelled out.

    What comes from elsewhere, a file's name or a page's title, must not command the terminal.
    """
    return CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _finite(value: object) -> object:
    """The value as JSON can say it: there is no NaN and no infinity in it."""
    match value:
        case Mapping():
            return {str(key): _finite(each) for key, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            number = float(value)
            return number if math.isfinite(number) else str(value) if value.is_finite() else None
        case _:
            return value


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes() | memoryview():
            return bytes(value).hex()
        case set() | frozenset():
            return sorted(value)
        case _:
            return str(value)
