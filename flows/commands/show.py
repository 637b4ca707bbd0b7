"""search, show: find dispatches, and look at one down to its bytes."""

import sys
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from flows.commands.common import AsJson, connected
from flows.console import make_table, out, print_json, say, shown
from flows.errors import NewswireError
from flows.load import ask

# The facts of a dispatch, in the order a person asks for them.
FACTS = (
    "dispatch_id", "source", "external_id", "status", "revision", "published_at",
    "published_precision", "embargoed_until", "credit", "byline", "dateline", "language",
    "slugline", "keywords", "urgency", "word_count", "quality", "url", "duplicate_of",
    "first_seen_at", "last_seen_at",
)  # fmt: skip


def search(
    words: Annotated[list[str], typer.Argument(help='Words, "a phrase", OR, -without.')],
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="Only this language: fr, en …")
    ] = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="How many, best first.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Finds dispatches that may be shown, best first; accents and endings do not matter."""
    query = " ".join(words)
    with connected() as connection:
        hits = ask.rows(connection, "search", query=query, language=language, most=most)
    if as_json:
        print_json([hit | {"excerpt": _plain(hit["excerpt"])} for hit in hits])
        return
    if not hits:
        say(f"nothing found for {query}")
        return
    for hit in hits:
        out.print(_hit(hit))


def show(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="Its id or the beginning, external id, or URL.")
    ],
    revision: Annotated[
        int | None, typer.Option("--revision", "-r", help="An earlier state of it.")
    ] = None,
    raw: Annotated[
        bool, typer.Option("--bytes", help="Write the bytes it came from, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Shows a dispatch, its revisions, its copies, and where its bytes came from."""
    with connected() as connection:
        dispatch_id = ask.find(connection, name)
        if raw:
            found = ask.rows(connection, "bytes", dispatch_id=dispatch_id, revision=revision)
            if not found:
                raise NewswireError(f"{dispatch_id} has no revision {revision}")
            sys.stdout.buffer.write(found[0]["body"])
            return
        dispatch = ask.rows(connection, "dispatch", dispatch_id=dispatch_id)[0]
        revisions = ask.rows(connection, "revisions", dispatch_id=dispatch_id)
        family = ask.rows(connection, "family", dispatch_id=dispatch_id)
    if revision is not None:
        state = next((one for one in revisions if one["revision"] == revision), None)
        if state is None:
            raise NewswireError(f"{dispatch_id} has revisions 1 to {len(revisions)}")
        dispatch |= {key: value for key, value in state.items() if key in dispatch}
    if as_json:
        print_json(dispatch | {"revisions": revisions, "family": family})
        return
    _print_dispatch(dispatch, revisions, family)


def _print_dispatch(
    dispatch: dict[str, Any], revisions: list[dict[str, Any]], family: list[dict[str, Any]]
) -> None:
    out.print(Text(dispatch["headline"] or "(no headline)", style="bold"))
    facts = [
        {"fact": fact, "value": shown(dispatch[fact])}
        for fact in FACTS
        if dispatch[fact] not in (None, [], "")
    ]
    table = make_table(facts)
    table.show_header = False
    out.print(table)
    out.print()
    out.print(Padding(Text(dispatch["body"] or "(no text)"), (0, 0, 1, 2)))
    history = ("revision", "recorded_at", "superseded_at", "status", "headline", "word_count")
    out.print(make_table([{key: one[key] for key in history} for one in revisions], "revisions"))
    out.print()
    origin = ("revision", "location", "position", "bytes", "media_type", "sha256")
    out.print(make_table([{key: one[key] for key in origin} for one in revisions], "came from"))
    if len(family) > 1:
        members = [
            one | {"headline": one["headline"][:60], "dispatch_id": str(one["dispatch_id"])[:13]}
            for one in family
        ]
        out.print()
        out.print(make_table(members, "family"))
    out.print(f"\nits bytes: newswire show {dispatch['dispatch_id']} --bytes")


def _hit(hit: dict[str, Any]) -> str:
    when = shown(hit["published_at"]) or "no date"
    copies = f", {hit['copies']} copies" if hit["copies"] else ""
    credit = f", {hit['credit']}" if hit["credit"] else ""
    excerpt = escape(hit["excerpt"]).replace("«««", "[bold]").replace("»»»", "[/bold]")
    return (
        f"[bold]{escape(hit['headline'])}[/bold]\n"
        f"  {when} · {escape(hit['source'])}{escape(credit)}{copies} · "
        f"{str(hit['dispatch_id'])[:13]}\n"
        f"  {' '.join(excerpt.split())}\n"
    )


def _plain(excerpt: str) -> str:
    return excerpt.replace("«««", "").replace("»»»", "")
