"""The archive's database: reached, checked, and explained where it cannot be."""

from flows.load.database import Database


def test_connections_are_set_up_for_the_archive(database: Database) -> None:
    with database.connect() as connection:
        settings = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("TimeZone", "search_path", "statement_timeout", "application_name")
        }

    assert settings == {
        "TimeZone": ("UTC",),
        "search_path": ("newswire,public",),
        "statement_timeout": ("10min",),
        "application_name": ("newswire",),
    }
