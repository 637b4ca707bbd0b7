"""show: a dispatch down to its bytes, its family, and what was changed in it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.padding import Padding
from rich.text import Text

from flows.commands.common import AsJson, connected
from flows.commands.difference import DELETED, INSERTED, coloured, listed, marked
from flows.commands.family import family_lines, short
from flows.console import make_table, out, print_json, say, shown, write
from flows.errors import ConfigurationError, NewswireError
from flows.load import ask
from flows.transform.diff import diff

# What --diff takes for a revision; the ids of sources that are as short are given in full.
REVISION = re.compile(r"[0-9]{1,3}")

# The facts of a dispatch, in the order a person asks for them.
FACTS = (
    "dispatch_id", "source", "external_id", "status", "revision", "published_at",
    "published_precision", "embargoed_until", "credit", "byline", "dateline", "language",
    "slugline", "keywords", "urgency", "word_count", "quality", "url", "duplicate_of",
    "first_seen_at", "last_seen_at",
)  # fmt: skip


def show(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="Its id or the beginning, external id, or URL.")
    ],
    revision: Annotated[
        int | None, typer.Option("--revision", "-r", help="An earlier state of it.")
    ] = None,
    other: Annotated[
        str | None,
        typer.Option(
            "--diff",
            "-d",
            metavar="OTHER",
            help="Only what differs from OTHER, word by word: another dispatch, or the number of "
            "one of its own revisions.",
        ),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--bytes", help="Write the bytes it came from, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Shows a dispatch, its revisions, its family, and where its bytes came from."""
    if raw and (as_json or other is not None):
        raise ConfigurationError("--bytes goes alone: without --diff and without --json")
    with connected() as connection:
        dispatch_id = ask.find(connection, name)
        if raw:
            found = ask.rows(connection, "bytes", dispatch_id=dispatch_id, revision=revision)
            if not found:
                raise NewswireError(f"{dispatch_id} has no revision {revision}")
            write(found[0]["body"])
            return
        dispatch = _state(connection, dispatch_id, revision)
        if other is not None:
            former = _other(connection, dispatch_id, other)
        else:
            revisions = ask.rows(connection, "revisions", dispatch_id=dispatch_id)
            family = ask.rows(connection, "family", dispatch_id=dispatch_id)
    if other is not None:
        _print_difference(former, dispatch, as_json=as_json)
    elif as_json:
        print_json(dispatch | {"revisions": revisions, "family": family})
    else:
        _print_dispatch(dispatch, revisions, family)


def _state(connection: ask.Connection, dispatch_id: UUID, revision: int | None) -> dict[str, Any]:
    """A dispatch as it stands, or as it stood in a revision."""
    dispatch = ask.rows(connection, "dispatch", dispatch_id=dispatch_id)[0]
    if revision is None:
        return dispatch
    revisions = ask.rows(connection, "revisions", dispatch_id=dispatch_id)
    state = next((one for one in revisions if one["revision"] == revision), None)
    if state is None:
        raise NewswireError(f"{dispatch_id} has revisions 1 to {len(revisions)}")
    return dispatch | {key: value for key, value in state.items() if key in dispatch}


def _other(connection: ask.Connection, dispatch_id: UUID, name: str) -> dict[str, Any]:
    if REVISION.fullmatch(name):
        return _state(connection, dispatch_id, int(name))
    return _state(connection, ask.find(connection, name), None)


def _print_difference(former: dict[str, Any], dispatch: dict[str, Any], *, as_json: bool) -> None:
    changes = diff(*(f"{one['headline']}\n\n{one['body']}" for one in (former, dispatch)))
    if as_json:
        print_json(listed(changes))
        return
    if all(one.operation == "equal" for one in changes):
        say("no difference in headline and text")
        return
    coloured_here = out.is_terminal and out.color_system is not None and not out.no_color
    for sign, style, one in (("-", DELETED, former), ("+", INSERTED, dispatch)):
        title = Text(f"{sign} {one['dispatch_id']} revision {one['revision']}, {one['source']}")
        if one["published_at"] is not None:
            title.append(f", {_told(one['published_at'])}")
        out.print(title, style=style.removesuffix(" strike") if coloured_here else "")
    out.print()
    if coloured_here:
        out.print(coloured(changes))
    else:
        # Not folded where a program may read it: a line of the text is a line.
        out.print(Text(marked(changes)), soft_wrap=True)


def _print_dispatch(
    dispatch: dict[str, Any], revisions: list[dict[str, Any]], family: list[dict[str, Any]]
) -> None:
    out.print(Text(dispatch["headline"] or "(no headline)", style="bold"))
    facts = [
        {"fact": fact, "value": _told(dispatch[fact])}
        for fact in FACTS
        if dispatch[fact] not in (None, [], "")
    ]
    table = make_table(facts)
    table.show_header = False
    out.print(table)
    out.print()
    out.print(Padding(Text(dispatch["body"] or "(no text)"), (0, 0, 1, 2)))
    history = ("revision", "recorded_at", "superseded_at", "status", "headline", "word_count")
    out.print(make_table([_chosen(one, history) for one in revisions], "revisions"))
    out.print()
    origin = ("revision", "location", "position", "bytes", "media_type", "sha256")
    out.print(make_table([_chosen(one, origin) for one in revisions], "came from"))
    if len(family) > 1:
        out.print()
        for line in family_lines(family, dispatch["dispatch_id"], max(out.width, 80)):
            out.print(line, soft_wrap=True)
    if len(revisions) > 1:
        out.print(f"\nwhat changed: newswire show {dispatch['dispatch_id']} --diff 1")
    elif len(family) > 1:
        other = short(_relative(family, dispatch["dispatch_id"]))
        out.print(f"\nwhat differs: newswire show {dispatch['dispatch_id']} --diff {other}")
    out.print(f"\nits bytes: newswire show {dispatch['dispatch_id']} --bytes")


def _chosen(row: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    """Some columns of a row, times as they are told."""
    return {key: _told(row[key]) if isinstance(row[key], datetime) else row[key] for key in columns}


def _told(value: object) -> str:
    """A value as a table cell; a time in UTC, as in the list of the family."""
    if not isinstance(value, datetime):
        return shown(value)
    moment = value.astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%SZ}" if moment.second else f"{moment:%Y-%m-%d %H:%MZ}"


def _relative(family: list[dict[str, Any]], asked: UUID) -> UUID:
    """Which other member to compare one with.

    What it was taken from; of an original the latest version, else the first that differs.
    """
    itself = next(one for one in family if one["dispatch_id"] == asked)
    if itself["of_dispatch_id"] is not None:
        return UUID(str(itself["of_dispatch_id"]))
    others = [one for one in family if one["dispatch_id"] != asked]
    versions = [
        one for one in others if one["relation"] == "revision" and one["source"] == itself["source"]
    ]
    if versions:
        return UUID(str(versions[-1]["dispatch_id"]))
    differing = [one for one in others if one["jaccard"] is not None and one["jaccard"] < 1]
    return UUID(str((differing or others)[0]["dispatch_id"]))
