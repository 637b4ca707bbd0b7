"""The `newswire` command: what can be done by hand, and how errors reach the person at it."""

import logging
import os
import sys
from collections.abc import Sequence

import typer

from flows.commands import archive, compare, ingest, rejections, search, serve, show, sources
from flows.console import ReaderGone, say
from flows.errors import ConfigurationError, NewswireError
from flows.orchestration import TERMINATED

app = typer.Typer(
    name="newswire",
    help="Keeps a searchable, honest archive of news dispatches in your own PostgreSQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

STOPPED = {130, TERMINATED}  # 130 is what Typer makes of Ctrl-C, as shells do

app.command("ingest")(ingest.ingest)
app.command("compare")(compare.compare)
app.command("serve")(serve.serve)
app.command("status")(archive.status)
app.add_typer(sources.app, name="sources")
app.command("search")(search.search)
app.command("show")(show.show)
app.add_typer(rejections.app, name="rejections")
app.command("sql")(archive.sql)
app.command("dsn")(archive.dsn)
app.command("migrate")(archive.migrate)


def check_arguments(arguments: Sequence[str]) -> None:
    """Raises ConfigurationError for an argument whose bytes are not UTF-8.

    Neither Prefect nor PostgreSQL takes one. Files of such names are met in their folder, and
    stored under a name that spells the odd bytes out.
    """
    for one in arguments:
        try:
            one.encode()
        except UnicodeEncodeError:
            shown = one.encode("utf-8", "backslashreplace").decode()
            raise ConfigurationError(
                f"{shown}: not UTF-8: to ingest a file of such a name, name its folder"
            ) from None


def main() -> None:
    """Runs the command; a NewswireError becomes one line and its exit code."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    # What psycopg fails to tidy up after an error would be printed beside the error itself.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    try:
        check_arguments(sys.argv)
        app(prog_name="newswire")
    except NewswireError as error:
        say(f"newswire: {error}")
        sys.exit(error.exit_code)
    except SystemExit as ending:
        if ending.code in STOPPED:
            say("newswire: stopped; what was loaded is loaded, the next run goes on from there")
        raise
    except ReaderGone:
        # Python would complain once more when it flushes at exit, so standard output is pointed
        # away first.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
