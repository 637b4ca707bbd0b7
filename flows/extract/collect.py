"""Fetches everything that a set of sources holds, in portions small enough to load at once."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path

from flows.extract.folder import FolderLimits, walk
from flows.extract.http import HttpLimits, fetch_with_retries, make_client
from flows.extract.paths import Selection
from flows.extract.problems import public_url
from flows.model import Cursor, Document, Failed, Fetched, Finished, Received, Source
from flows.settings import Settings

# Feeds fetched ahead of those being loaded, for each connection: enough that a slow one holds up
# no other, and few enough that their bodies fit into memory.
AHEAD = 4

# Asks the archive how far these locations of a source have been read.
Lookup = Callable[[str, Collection[str]], Mapping[str, Cursor]]


@dataclass(slots=True)
class Portion:
    """Fetches to be loaded together, and the sources that are complete with them."""

    fetched: list[Fetched] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    reread: list[Document] = field(default_factory=list)  # from the archive, instead of fetched
    size: int = 0  # bytes of the documents

    @property
    def documents(self) -> list[Document]:
        """What is to be read."""
        return [one.document for one in self.fetched if isinstance(one, Received)] + self.reread

    def add(self, one: Fetched | Finished) -> None:
        """Adds a fetch, or the end of a source."""
        if isinstance(one, Finished):
            self.finished.append(one)
            return
        self.fetched.append(one)
        if isinstance(one, Received):
            self.size += len(one.document.body)


@dataclass(frozen=True, slots=True)
class Task:
    """What to fetch of a source: all of it, or what lies below a path."""

    selection: Selection
    apart: frozenset[Path] = frozenset()  # folders below it that are sources of their own

    @property
    def source(self) -> Source:
        """The source to fetch from."""
        return self.selection.source


def collect(tasks: Sequence[Task], lookup: Lookup, settings: Settings) -> Iterator[Portion]:
    """Yields everything there is, portion by portion; never an empty portion.

    Feeds are fetched by a pool of threads while folders are walked. No fault of one source
    reaches another: what goes wrong is a `Failed` among the fetches.
    """
    portion = Portion()
    for one in _everything(tasks, lookup, settings):
        portion.add(one)
        if len(portion.fetched) >= settings.batch_documents or portion.size >= settings.batch_bytes:
            yield portion
            portion = Portion()
    if portion.fetched or portion.finished:
        yield portion


def _everything(
    tasks: Iterable[Task], lookup: Lookup, settings: Settings
) -> Iterator[Fetched | Finished]:
    feeds = [task.source for task in tasks if task.source.kind == "http"]
    with make_client(settings) as client, ThreadPoolExecutor(settings.http_connections) as pool:

        def poll(source: Source) -> Fetched:
            location = public_url(source.location)
            cursor = lookup(source.name, [location]).get(location)
            return fetch_with_retries(source, cursor, client, HttpLimits.of(settings), _clock)

        ahead = settings.http_connections * AHEAD
        started = deque((source, pool.submit(poll, source)) for source in feeds[:ahead])
        try:
            for task in tasks:
                if task.source.kind == "folder":
                    yield from _folder(task, lookup, settings)
            for following in chain(feeds[ahead:], repeat(None, len(started))):
                source, fetching = started.popleft()
                fetched = fetching.result()
                if following is not None:
                    started.append((following, pool.submit(poll, following)))
                yield fetched
                yield Finished(source.name, _error(fetched))
        finally:
            # Where nobody asks for the rest, what has not begun is not fetched.
            pool.shutdown(wait=False, cancel_futures=True)


def _folder(task: Task, lookup: Lookup, settings: Settings) -> Iterator[Fetched | Finished]:
    source = task.source
    error = None
    for fetched in walk(
        source,
        lambda locations: lookup(source.name, locations),
        FolderLimits.of(settings),
        clock=_clock,
        only=task.selection.only,
        apart=task.apart,
    ):
        # One bad file is its own matter; a folder that is not there fails the source.
        if isinstance(fetched, Failed) and fetched.location == ".":
            error = _error(fetched)
        yield fetched
    # A part of a source says nothing of when all of it is due again.
    if task.selection.only is None:
        yield Finished(source.name, error)


def _error(fetched: Fetched) -> str | None:
    return f"{fetched.code}: {fetched.message}" if isinstance(fetched, Failed) else None


def _clock() -> datetime:
    return datetime.now(UTC)
