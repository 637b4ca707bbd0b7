"""The names of files under a folder, without holding those of a large folder in memory."""

import os
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flows.extract.paths import Place, encode_name, is_folder

# Hidden files, and what editors, downloads and copies leave while they write.
SKIPPED_PREFIXES = (".", "~$", "#")
SKIPPED_SUFFIXES = (
    "~",
    ".crdownload",
    ".download",
    ".filepart",
    ".lock",
    ".part",
    ".partial",
    ".swp",
    ".swx",
    ".temp",
    ".tmp",
)


@dataclass(frozen=True, slots=True)
class File:
    """A name found, not yet looked at: it may be anything but a folder."""

    path: Path
    location: str  # below the source's folder, storable


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A folder whose names could not be had, or not all of them."""

    path: Path
    location: str
    error: OSError


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    location: str  # "" for the source's folder itself
    state: frozenset[int]  # of the source's pattern


def is_skipped(name: str) -> bool:
    """Whether a file or folder of this name is never read unless asked for by its path."""
    return name.startswith(SKIPPED_PREFIXES) or name.lower().endswith(SKIPPED_SUFFIXES)


def files_under(
    place: Place, only: Path | None = None, apart: Collection[Path] = ()
) -> Iterator[File | Unlisted]:
    """Every file of `place`, or of the file or folder `only` below it, outside of `apart`.

    Files come in the order the system gives them, folders sorted, one open at a time; held in
    memory are the folders still to be opened and an identity for each that was. Links to folders
    are followed after all real folders, and only where they lead to what was not reached
    otherwise: no loop is endless, no folder is walked twice, and a file is known by its real
    path where it has one here.
    """
    start = _start(place, only)
    if isinstance(start, File):
        yield start
        return
    left_out = _identities(apart)
    opened: set[tuple[int, int, frozenset[int]]] = set()
    pending, linked = [start], deque[_Folder]()
    while pending or linked:
        folder = pending.pop() if pending else linked.popleft()
        subfolders: list[_Folder] = []
        links: list[_Folder] = []
        try:
            status = folder.path.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in left_out or (*identity, folder.state) in opened:
                continue
            opened.add((*identity, folder.state))
            with os.scandir(folder.path) as entries:
                for entry in entries:
                    state = place.pattern.step(folder.state, entry.name)
                    if not state or is_skipped(entry.name):
                        continue
                    location = _join(folder.location, entry.name)
                    if _is_folder(entry):
                        into = links if entry.is_symlink() else subfolders
                        into.append(_Folder(Path(entry.path), location, state))
                    elif place.pattern.accepts(state):
                        yield File(Path(entry.path), location)
        except OSError as error:
            yield Unlisted(folder.path, folder.location or ".", error)
        pending.extend(sorted(subfolders, key=_by_location, reverse=True))
        linked.extend(sorted(links, key=_by_location))


def _start(place: Place, only: Path | None) -> _Folder | File:
    if only is None or only == place.folder:
        return _Folder(place.folder, "", place.pattern.start())
    below = only.relative_to(place.folder)
    location = encode_name(below.as_posix())
    if is_folder(only):
        return _Folder(only, location, place.pattern.along(below.parts))
    return File(only, location)


def _identities(folders: Collection[Path]) -> frozenset[tuple[int, int]]:
    found = set()
    for folder in folders:
        with suppress(OSError):  # a folder that cannot be looked at cannot be met either
            status = folder.stat()
            found.add((status.st_dev, status.st_ino))
    return frozenset(found)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # whoever reads it meets the same error and reports it


def _join(location: str, name: str) -> str:
    return f"{location}/{encode_name(name)}" if location else encode_name(name)


def _by_location(folder: _Folder) -> str:
    return folder.location
