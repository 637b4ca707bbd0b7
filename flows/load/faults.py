"""Says of a database that failed under way, in one line, what happened and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from flows.errors import DatabaseError
from flows.load.database import transient

# By SQLSTATE or its class (PostgreSQL documentation, appendix A).
ADVICE = {
    "53100": "free some space on the disk of the database",
    "53400": "raise the limit it names, in the server's configuration",
    "57014": "see what held it up, or raise NEWSWIRE_STATEMENT_SECONDS",
    "25006": "connect to a server that can be written to, not to a standby",
    "42501": "give the user that newswire connects as the right to do so",
    "42": "run `newswire migrate`; if that is no help, the tables were changed by hand",
    "XX": "look at the server's log: its files may be damaged",
}


@contextmanager
def explained() -> Iterator[None]:
    """Makes a DatabaseError of one line of whatever psycopg raises within."""
    try:
        yield
    except psycopg.Error as error:
        raise DatabaseError(explanation(error)) from error


def first_line(error: BaseException) -> str:
    """What an error says, in one line; of a fault of the database also what to do."""
    return explanation(error) if isinstance(error, psycopg.Error) else str(error).partition("\n")[0]


def explanation(error: psycopg.Error) -> str:
    """What happened to the database and what to do, in one line."""
    said = error.diag.message_primary or " ".join(str(error).split())
    if error.sqlstate is None or transient(error):
        return f"the database went away ({said}): start it again, or wait for it"
    advice = ADVICE.get(error.sqlstate) or ADVICE.get(error.sqlstate[:2], "see the server's log")
    return f"the database refused ({said}): {advice}"
