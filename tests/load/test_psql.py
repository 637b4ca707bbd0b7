"""psql is given a connection string without a password, and cannot write with it."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from flows.load.psql import reading

GUARD = "-c default_transaction_read_only=on"


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://ada:s%40crow@oriel.example:5433/news",
        "postgresql://ada@oriel.example:5433/news?password=s%40crow",
        "host=oriel.example port=5433 dbname=news user=ada password='s@crow'",
    ],
    ids=["in the address", "as a parameter", "as key and value"],
)
def test_the_password_goes_by_the_environment(dsn: str) -> None:
    conninfo, environment = reading(dsn)

    assert environment == {"PGPASSWORD": "s@crow"}
    assert "crow" not in conninfo
    parts = conninfo_to_dict(conninfo)
    assert {key: parts[key] for key in ("host", "port", "dbname", "user")} == {
        "host": "oriel.example", "port": "5433", "dbname": "news", "user": "ada",
    }  # fmt: skip


def test_without_a_password_the_environment_is_left_alone() -> None:
    assert reading("postgresql://oriel.example/news")[1] == {}


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ("", f"-c TimeZone=UTC {GUARD}"),
        ("?options=", f"-c TimeZone=UTC {GUARD}"),
        (
            "?options=-c%20search_path%3Dnewswire",
            f"-c TimeZone=UTC -c search_path=newswire {GUARD}",
        ),
        (
            "?options=-c%20default_transaction_read_only%3Doff",
            f"-c TimeZone=UTC -c default_transaction_read_only=off {GUARD}",
        ),
    ],
    ids=["none", "empty", "others", "the opposite"],
)
def test_the_guard_is_the_last_of_the_options(given: str, options: str) -> None:
    conninfo, _ = reading(f"postgresql://oriel.example/news{given}")

    assert conninfo_to_dict(conninfo)["options"] == options
