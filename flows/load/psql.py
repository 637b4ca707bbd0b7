"""How psql reaches the archive: only to read, and with no password among its arguments."""

from psycopg.conninfo import conninfo_to_dict, make_conninfo


def reading(dsn: str) -> tuple[str, dict[str, str]]:
    """The connection string to give psql, and what to add to its environment.

    Every user of the machine can list a program's arguments, but not its environment. What the
    user set for the server counts, as in all other connections, except that nothing is written.
    """
    parts = conninfo_to_dict(dsn)
    password = parts.pop("password", None)
    # Where a connection string has options, libpq passes over PGOPTIONS; of two settings of one
    # name the server takes the later.
    options = ("-c TimeZone=UTC", parts.get("options"), "-c default_transaction_read_only=on")
    parts["options"] = " ".join(str(each) for each in options if each)
    return make_conninfo("", **parts), {} if password is None else {"PGPASSWORD": str(password)}
