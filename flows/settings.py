"""Settings: read from NEWSWIRE_* variables (and a .env file beside the project), checked once."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import ByteSize, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.errors import ConfigurationError

PROJECT = Path(__file__).resolve().parent.parent
SQL = PROJECT / "sql"


def default_home() -> Path:
    """Where newswire keeps its own files.

    Root gets /var/lib: its personal data directory is closed to others, and PostgreSQL, which
    refuses to run as root, could not enter it as the user it is started as.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/newswire")
    return Path(platformdirs.user_data_dir("newswire"))


class Settings(BaseSettings):
    """Everything that can be set, with its unit and default."""

    model_config = SettingsConfigDict(env_prefix="NEWSWIRE_", extra="ignore")

    home: Path = Field(default_factory=default_home)
    database_url: str | None = None  # None: the embedded server under home
    postgres_bin: Path | None = None  # folder of initdb and postgres, before any other
    sources: Path = PROJECT / "seeds" / "sources.toml"

    # One transaction loads at most this many. Larger batches share the cost of a transaction: 2,000
    # loaded a fifth faster than 500 in three runs each of tests/benchmarks/dedup.py.
    batch_documents: Annotated[int, Field(ge=1)] = 2000
    batch_bytes: Annotated[ByteSize, Field(ge=1)] = ByteSize(32 * 2**20)
    max_document_bytes: Annotated[ByteSize, Field(ge=1)] = ByteSize(64 * 2**20)
    # A file younger than this may still be being written.
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0

    http_connections: Annotated[int, Field(ge=1)] = 16
    http_connect_seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0
    http_total_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    http_max_redirects: Annotated[int, Field(ge=0)] = 5
    user_agent: Annotated[str, Field(pattern=r"^[ -~]+$")] = "newswire/0.1 (+news archive)"

    database_connect_seconds: Annotated[int, Field(ge=1, le=3600)] = 10
    statement_seconds: Annotated[int, Field(ge=1, le=86400)] = 600

    @field_validator("home", "sources", "postgres_bin", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        # An empty path would be the current folder: an archive that comes and goes with it.
        if value == "":
            raise ValueError("is empty: unset it, or give a path")
        return value

    @field_validator("home", "sources", "postgres_bin")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises ConfigurationError, naming each variable that is wrong.
    """
    # A parameter that pydantic-settings keeps from the type checker.
    file: dict[str, Any] = {"_env_file": os.environ.get("NEWSWIRE_ENV_FILE") or PROJECT / ".env"}
    try:
        return Settings(**file)
    except ValidationError as error:
        wrong = "; ".join(
            f"NEWSWIRE_{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ConfigurationError(f"settings: {wrong}") from None
