"""search: finds dispatches by their words."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from flows.commands.common import AsJson, connected
from flows.console import out, print_json, say, visible
from flows.errors import ConfigurationError
from flows.load import ask


def search(
    words: Annotated[list[str], typer.Argument(help='Words, "a phrase", OR, -without.')],
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="Only this language: fr, en …")
    ] = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="How many, best first.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Finds dispatches that may be shown, best first; accents and endings do not matter."""
    query = " ".join(words).strip()
    if not query:
        raise ConfigurationError("name what to search for")
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


def _hit(hit: dict[str, Any]) -> str:
    when = hit["published"] or "no date"
    copies = (
        f", {hit['copies']} {'copy' if hit['copies'] == 1 else 'copies'}" if hit["copies"] else ""
    )
    credit = f", {hit['credit']}" if hit["credit"] else ""
    excerpt = escape(hit["excerpt"]).replace("«««", "[bold]").replace("»»»", "[/bold]")
    return (
        f"[bold]{escape(hit['headline'])}[/bold]\n"
        f"  {when} · {escape(visible(hit['source']))}{escape(credit)}{copies} · "
        f"{str(hit['dispatch_id'])[:13]}\n"
        f"  {' '.join(excerpt.split())}\n"
    )


def _plain(excerpt: str) -> str:
    return excerpt.replace("«««", "").replace("»»»", "")
