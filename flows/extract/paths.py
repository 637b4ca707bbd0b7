"""Which folder source a file belongs to, by what path it is known, and how that path is stored.

A file's path below its source's folder is its identity (`external_id`), so everything that walks,
ingests or names files asks here and gets the same answer.
"""

import fnmatch
import os
import re
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.errors import ConfigurationError
from flows.model import Source

_MAGIC = re.compile(r"[*?\[]")
_UNSTORABLE = re.compile("[\\\\\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(\\|x[0-9a-f]{2}|u[0-9a-f]{4})")


def encode_name(name: str) -> str:
    r"""A file name or path as text that PostgreSQL can store; `decode_name` gives it back.

    Names are bytes to the system. A byte that is not UTF-8 becomes `\xNN`, a lone surrogate
    (Windows) `\uNNNN`, and a backslash two; every other name stays as it is.
    """

    def escape(match: re.Match[str]) -> str:
        code = ord(match[0])
        if match[0] == "\\":
            return "\\\\"
        return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"

    return _UNSTORABLE.sub(escape, name)


def decode_name(stored: str) -> str:
    """The file name or path that `encode_name` made `stored` of."""

    def restore(match: re.Match[str]) -> str:
        escape = match[1]
        if escape == "\\":
            return "\\"
        return chr(int(escape[1:], 16) + (0xDC00 if escape[0] == "x" else 0))

    return _ESCAPED.sub(restore, stored)


def is_folder(path: Path) -> bool:
    """Whether `path` is, or leads to, a folder; False where that cannot be found out."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A glob below a folder, matched one path component at a time.

    A state is the set of components still to be matched, by position: it goes down the folders
    with the walk, so that nothing is matched twice and no folder is opened in vain. `**` stands
    for any number of folders. What lies below a match belongs to it.
    """

    parts: tuple[str, ...] = ()

    def start(self) -> frozenset[int]:
        """The state at the folder itself."""
        return self._closed({0})

    def step(self, state: frozenset[int], name: str) -> frozenset[int]:
        """The state at the entry `name` of a folder that is at `state`; empty: no match."""
        reached: set[int] = set()
        for position in state:
            if position == len(self.parts) or self.parts[position] == "**":
                reached.add(position)
            elif fnmatch.fnmatchcase(name, self.parts[position]):
                reached.add(position + 1)
        return self._closed(reached)

    def along(self, names: Iterable[str]) -> frozenset[int]:
        """The state after following `names` down from the folder."""
        state = self.start()
        for name in names:
            state = self.step(state, name)
        return state

    def accepts(self, state: frozenset[int]) -> bool:
        """Whether a file reached at `state` belongs."""
        return len(self.parts) in state

    def _closed(self, positions: set[int]) -> frozenset[int]:
        reached = set(positions)
        for position in range(len(self.parts)):
            if position in reached and self.parts[position] == "**":
                reached.add(position + 1)
        return frozenset(reached)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder source's location taken apart: files are known by their path below `folder`."""

    folder: Path
    pattern: Pattern


def folder_location(path: Path) -> str:
    """The `Source.location` of an absolute path or glob."""
    return encode_name(path.as_posix())


def place_of(source: Source) -> Place:
    """The folder of a folder source and what below it belongs to the source.

    A location that exists is taken literally, brackets and all; one that does not and holds `*`,
    `?` or `[` is a glob below its longest fixed prefix. A location that is a file is that file
    in its parent.
    """
    path = Path(decode_name(source.location))
    if is_folder(path):
        return Place(path, Pattern())
    if os.path.lexists(path):
        return Place(path.parent, Pattern((_literally(path.name),)))
    magic = next((n for n, part in enumerate(path.parts) if _MAGIC.search(part)), None)
    if magic is None:
        return Place(path, Pattern())
    return Place(Path(*path.parts[:magic]), Pattern(path.parts[magic:]))


@dataclass(frozen=True, slots=True)
class Selection:
    """A folder source, and how much of it was asked for."""

    source: Source
    only: Path | None = None  # a file or folder below the source's folder; None: all of it


def select(path: Path, known: Collection[Source]) -> tuple[Selection, ...]:
    """The sources to walk, and how much of each, when a user asks to ingest `path`.

    A file below a known folder source's folder, and matching its glob, belongs to that source,
    whether it is asked for by file, by folder or by schedule: the deepest such folder wins. The
    rest belongs to a source made for the occasion, named after the absolute path of the folder
    (of a file: its parent), without a schedule. Where `known` holds such sources of earlier runs
    as well as the catalogue's, files keep the names they were first ingested under. A folder
    asked for includes the enabled sources that lie below it; walk each with `nested_folders`.

    Raises ConfigurationError where there is nothing at `path`.
    """
    asked = path.expanduser().absolute()
    if not os.path.lexists(asked):
        raise ConfigurationError(f"{encode_name(str(path))}: no such file or folder")
    target = _real(asked)
    whole = is_folder(target)
    places = [(source, place_of(source)) for source in known if source.kind == "folder"]
    owners = [
        (len(place.folder.parts), len(place.pattern.parts), source, place.folder.joinpath(*below))
        for source, place in places
        if (below := _below(place, target, Path(os.path.normpath(asked)))) is not None
        and _belongs(place.pattern, below, whole)
    ]
    if owners:
        *_, owner, only = max(owners, key=lambda found: found[:2])
        selected = Selection(owner, None if only == place_of(owner).folder else only)
    else:
        folder = target if whole else target.parent
        owner = Source(encode_name(folder.as_posix()), "folder", folder_location(folder))
        selected = Selection(owner, None if whole else target)
    inside = (
        Selection(source)
        for source, place in places
        if whole and source.enabled and target in _real(place.folder).parents
    )
    return (selected, *sorted(inside, key=lambda each: each.source.name))


def nested_folders(source: Source, known: Collection[Source]) -> frozenset[Path]:
    """Folders below a folder source's that are sources of their own: its walk leaves them out.

    Sources with a glob claim single files rather than a folder and are not among them: two
    sources whose globs overlap both ingest what they share.
    """
    own = _real(place_of(source).folder)
    others = (place_of(each) for each in known if each.kind == "folder" and each != source)
    return frozenset(
        other.folder
        for other in others
        if not other.pattern.parts and own in _real(other.folder).parents
    )


def _literally(name: str) -> str:
    return _MAGIC.sub(lambda match: f"[{match[0]}]", name)


def _real(path: Path) -> Path:
    # Only the folder's links are resolved: a link to a file is known by its own name.
    if is_folder(path):
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent)) / path.name


def _below(place: Place, target: Path, asked: Path) -> tuple[str, ...] | None:
    # By real path first, as the walk prefers real folders to links; by the path as asked for
    # where a link leads out of the folder.
    for path, folder in ((target, _real(place.folder)), (asked, place.folder)):
        if path.is_relative_to(folder):
            return path.relative_to(folder).parts
    return None


def _belongs(pattern: Pattern, below: tuple[str, ...], whole: bool) -> bool:
    state = pattern.along(below)
    return bool(state) if whole else pattern.accepts(state)
