"""rejections: what could not be loaded, and trying it again."""

from typing import Annotated

import typer

from flows.commands.common import AsJson, connected, open_archive
from flows.commands.ingest import check_names, conclude, run_flow
from flows.console import print_rows
from flows.load import ask

app = typer.Typer(help="What could not be loaded, and why.", no_args_is_help=True)


@app.command("list")
def list_rejections(
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="Only of this source.")
    ] = None,
    resolved: Annotated[
        bool, typer.Option("--all", help="Also those that have been resolved.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lists what could not be loaded, the latest first."""
    with connected() as connection:
        rows = ask.rows(connection, "rejections", source=source, resolved=resolved)
    if not as_json:
        hidden = {"rejection_id", "sha256", *(() if resolved else ("resolved_at",))}
        rows = [{key: value for key, value in row.items() if key not in hidden} for row in rows]
    print_rows(rows, as_json=as_json)


@app.command()
def retry(
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="Only of this source.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reads the stored bytes of what was rejected once more, as the rules are today.

    What could not even be fetched has no bytes: every run tries it again by itself.
    """
    with open_archive() as database:
        check_names(database, [source] if source else [])
        run_id, state = run_flow("retry", {"source": source})
        conclude(database, run_id, state, as_json=as_json)
