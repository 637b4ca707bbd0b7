"""The few errors newswire raises on purpose; each message tells the user what to do."""


class NewswireError(Exception):
    """A failure the user can act on: its message is one line, shown without a traceback."""

    exit_code = 1


class ConfigurationError(NewswireError):
    """What the user wrote (settings, sources.toml, arguments) cannot be used as it stands."""

    exit_code = 2


class DatabaseError(NewswireError):
    """PostgreSQL cannot be reached, started or migrated."""
