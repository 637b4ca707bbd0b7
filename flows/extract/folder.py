"""Folder sources: every file under a path or glob, read once, and again when it changes."""

import errno
import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import FileIO
from itertools import islice
from pathlib import Path
from typing import TypeVar

from flows.extract.listing import File, Unlisted, files_under
from flows.extract.paths import encode_name, is_folder, place_of
from flows.model import Cursor, Document, Failed, Fetched, Received, Source, Unmodified
from flows.settings import Settings

MEDIA_TYPES = {
    ".atom": "application/atom+xml",
    ".htm": "text/html",
    ".html": "text/html",
    ".json": "application/json",
    ".rdf": "application/rdf+xml",
    ".rss": "application/rss+xml",
    ".txt": "text/plain",
    ".xml": "application/xml",
}

# The coarsest clock of a file system in use (FAT, 2 s). A file can be rewritten within one tick
# and keep its size and times, so a stamp taken that soon after the last change proves nothing:
# git's problem of racy entries (Documentation/technical/racy-git).
RACY_SECONDS = 2.0

LOOKED_UP_TOGETHER = 1000  # cursors asked for at a time
YOUNG_TOGETHER = 10_000  # files that share one wait

Known = Callable[[Sequence[str]], Mapping[str, Cursor]]

_Any = TypeVar("_Any")


@dataclass(frozen=True, slots=True)
class FolderLimits:
    """How large a file may be, in bytes, and for how many seconds it must have been let alone."""

    max_document_bytes: int
    settle_seconds: float

    @classmethod
    def of(cls, settings: Settings) -> "FolderLimits":
        """The limits that are set."""
        return cls(settings.max_document_bytes, settings.settle_seconds)


@dataclass(frozen=True, slots=True)
class _Young:
    """A file that may still be written, as it was when it was looked at."""

    file: File
    stamp: str
    cursor: Cursor | None


def walk(
    source: Source,
    known: Known,
    limits: FolderLimits,
    *,
    clock: Callable[[], datetime],
    wait: Callable[[float], object] = time.sleep,
    only: Path | None = None,
    apart: Collection[Path] = (),
) -> Iterator[Fetched]:
    """What has become of each file under a folder source's path or glob.

    `known` returns the cursors, by location, of up to `LOOKED_UP_TOGETHER` locations; `clock`
    gives the time with its zone; `wait` takes seconds; `only` is a file or folder below the
    source's folder to stay within; `apart` are folders to leave out (see `paths.nested_folders`).

    A file is `Received` where it is new or its bytes changed, `Unmodified` with the moved cursor
    where only its times did, and `Failed` where it cannot be had, with a code and what to do.
    Those whose size and times are as their cursor says are one last `Unmodified` at ".", which
    speaks of none where nothing else was said either: a walk yields at least one outcome.

    A file younger than `settle_seconds`, or that changes as it is read, is looked at again after
    one wait at the end, shared by up to `YOUNG_TOGETHER` such files, and if it still changes it
    is left to the next walk. Memory holds one body, the locations and cursors of one lookup, and
    the young; files come in the system's order, sorted within a lookup, and no outcome depends
    on it.
    """
    begun = time.monotonic()
    place = place_of(source)
    if not is_folder(place.folder):
        yield _no_folder(source, place.folder)
        return
    reader = _Reader(source, limits, clock)
    spoken, unchanged = False, 0
    for outcome in _outcomes(reader, files_under(place, only, apart), known, wait):
        if outcome is None:
            unchanged += 1
        else:
            spoken = True
            yield outcome
    if not is_folder(place.folder):
        yield _no_folder(source, place.folder)
        return
    if unchanged or not spoken:
        yield Unmodified(
            source.name, ".", "unchanged", time.monotonic() - begun, documents=unchanged
        )


def _outcomes(
    reader: "_Reader",
    listed: Iterable[File | Unlisted],
    known: Known,
    wait: Callable[[float], object],
) -> Iterator[Fetched | None]:
    """One outcome a file or folder; None: unchanged by its stamp."""
    young: list[_Young] = []
    for together in _chunks(listed, LOOKED_UP_TOGETHER):
        files: list[File] = []
        for found in together:
            if isinstance(found, Unlisted):
                yield _failed(reader.source, found.path, found.location, found.error)
            else:
                files.append(found)
        files.sort(key=lambda file: file.location)
        cursors = known([file.location for file in files]) if files else {}
        for file in files:
            outcome = reader.look(file, cursors.get(file.location))
            if not isinstance(outcome, _Young):
                yield outcome
                continue
            young.append(outcome)
            if len(young) == YOUNG_TOGETHER:
                yield from reader.look_again(young, wait)
                young = []
    yield from reader.look_again(young, wait)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the files of one source."""

    source: Source
    limits: FolderLimits
    clock: Callable[[], datetime]

    def look(self, file: File, cursor: Cursor | None) -> Fetched | _Young | None:
        """None: unchanged by its stamp."""
        try:
            status = file.path.stat()
        except OSError as error:
            return _failed(self.source, file.path, file.location, error)
        if not stat.S_ISREG(status.st_mode):
            # Never opened: that alone can block, or set off a device.
            return _not_a_file(self.source, file)
        stamp = _stamp(status)
        if cursor is not None and cursor.stamp == stamp:
            return None
        if status.st_size > self.limits.max_document_bytes:
            return _too_large(self.source, file, status.st_size, self.limits)
        if _age(status, self.clock()) < self.limits.settle_seconds:
            return _Young(file, stamp, cursor)
        return self._read(file, stamp, cursor)

    def look_again(
        self, young: Sequence[_Young], wait: Callable[[float], object]
    ) -> Iterator[Fetched]:
        """Read what has been let alone over one wait."""
        if young:
            wait(self.limits.settle_seconds)
        for each in young:
            outcome = self._read(each.file, each.stamp, each.cursor)
            if isinstance(outcome, _Young):
                yield _still_written(self.source, each.file)
            else:
                yield outcome

    def _read(self, file: File, stamp: str, cursor: Cursor | None) -> Fetched | _Young:
        """Read a file that must have, before and after, the stamp it was last seen with."""
        begun = time.monotonic()
        received_at = self.clock()
        try:
            # Whatever may have taken the file's place since it was looked at, opening does not
            # block.
            flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(file.path, flags), "rb", buffering=0) as opened:
                before = os.fstat(opened.fileno())
                if _stamp(before) != stamp or not stat.S_ISREG(before.st_mode):
                    return _Young(file, _stamp(before), cursor)
                # One byte more than there is, so that growth shows.
                body = _read_up_to(before.st_size + 1, opened)
                after = os.fstat(opened.fileno())
        except OSError as error:
            seconds = time.monotonic() - begun
            return replace(_failed(self.source, file.path, file.location, error), seconds=seconds)
        if _stamp(after) != stamp or len(body) != before.st_size:
            return _Young(file, _stamp(after), cursor)
        sha256 = Document.digest(body)
        trusted = _age(after, received_at) >= RACY_SECONDS
        moved = Cursor(
            self.source.name, file.location, stamp=stamp if trusted else None, sha256=sha256
        )
        seconds = time.monotonic() - begun
        if cursor is not None and cursor.sha256 == sha256:
            return Unmodified(
                self.source.name,
                file.location,
                "unchanged",
                seconds,
                cursor=None if moved == cursor else moved,
            )
        document = Document(
            source=self.source.name,
            location=file.location,
            body=body,
            received_at=received_at,
            sha256=sha256,
            media_type=MEDIA_TYPES.get(file.path.suffix.lower(), "application/octet-stream"),
        )
        return Received(document, moved, seconds)


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def _age(status: os.stat_result, now: datetime) -> float:
    """Seconds since the file was last written, at least.

    A time in the future is one that was set, or another machine's clock: the other one counts.
    Both in the future count as this moment.
    """
    times = (status.st_mtime, status.st_ctime)
    return min((now.timestamp() - each for each in times if each <= now.timestamp()), default=0.0)


def _read_up_to(size: int, opened: FileIO) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := opened.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _chunks(items: Iterable[_Any], size: int) -> Iterator[list[_Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


# What to do about an error of the system, by its number.
_ERRORS = {
    errno.EACCES: ("unreadable", "no permission: let the user that newswire runs as read it"),
    errno.EPERM: ("unreadable", "no permission: let the user that newswire runs as read it"),
    errno.EMFILE: ("unreadable", "too many open files: raise the limit (ulimit -n)"),
    errno.ENFILE: ("unreadable", "too many open files: raise the system's limit"),
    errno.ENAMETOOLONG: ("unreadable", "the path is too long: move it up, or shorten names"),
    errno.ELOOP: ("dangling_link", "a link that leads to itself: mend or remove it"),
    errno.ENOENT: ("vanished", "gone before it could be read: put it back if it is wanted"),
    errno.ENOTDIR: ("vanished", "gone before it could be read: put it back if it is wanted"),
    errno.ESTALE: ("vanished", "gone before it could be read: put it back if it is wanted"),
}


def _failed(source: Source, path: Path, location: str, error: OSError) -> Failed:
    reason = f"{error.strerror or error}: check the disk or share it lies on"
    code, what = _ERRORS.get(error.errno or 0, ("unreadable", reason))
    if code == "vanished" and path.is_symlink():
        code, what = "dangling_link", "a link to what does not exist: mend or remove it"
    return _failure(source, path, location, code, what)


def _not_a_file(source: Source, file: File) -> Failed:
    what = "neither file nor folder: move it out of the source"
    return _failure(source, file.path, file.location, "not_a_file", what)


def _too_large(source: Source, file: File, size: int, limits: FolderLimits) -> Failed:
    what = (
        f"{size:,} bytes, more than the {limits.max_document_bytes:,} that are read: split it, "
        "or raise NEWSWIRE_MAX_DOCUMENT_BYTES"
    )
    return _failure(source, file.path, file.location, "too_large", what)


def _still_written(source: Source, file: File) -> Failed:
    what = "still being written: it is read at the next run"
    return _failure(source, file.path, file.location, "still_written", what)


def _no_folder(source: Source, folder: Path) -> Failed:
    try:
        folder.stat()
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            return _failed(source, folder, ".", error)
    what = f'no such file or folder: create it, or correct the location of source "{source.name}"'
    return _failure(source, folder, ".", "no_such_folder", what)


def _failure(source: Source, path: Path, location: str, code: str, what: str) -> Failed:
    return Failed(source.name, location, code, f"{encode_name(str(path))}: {what}", 0.0)
