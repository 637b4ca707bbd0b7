"""Chooses what a run is about: the sources that are due, or what its user asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from flows.errors import ConfigurationError
from flows.extract.catalogue import load_catalogue
from flows.extract.collect import Task
from flows.extract.paths import Selection, nested_folders, select
from flows.extract.problems import public_url
from flows.extract.read import READERS
from flows.load import sources as archived
from flows.load.database import Database
from flows.model import Source
from flows.settings import Settings


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be fetched, and the sources that stand around it."""

    selections: tuple[Selection, ...]
    known: tuple[Source, ...]

    @property
    def names(self) -> list[str]:
        """The chosen sources, each once, in order."""
        return list(dict.fromkeys(selection.source.name for selection in self.selections))

    @property
    def sources(self) -> dict[str, Source]:
        """The chosen sources by name."""
        return {selection.source.name: selection.source for selection in self.selections}

    def tasks(self, claimed: Collection[str]) -> list[Task]:
        """What to fetch of the sources that were claimed."""
        return [
            Task(selection, nested_folders(selection.source, self.known))
            if selection.source.kind == "folder"
            else Task(selection)
            for selection in self.selections
            if selection.source.name in claimed
        ]


def choose(
    database: Database,
    settings: Settings,
    paths: Sequence[str],
    names: Sequence[str],
    everything: bool,
) -> Choice:
    """Reads the catalogue, tells the archive of it, and chooses.

    Paths and names add up; without either, what is due, or with `everything` all that is enabled.
    Raises ConfigurationError for a path or a name that is not there.
    """
    catalogue = load_catalogue(settings.sources, READERS)
    selections: list[Selection] = []
    known = record(database, catalogue)
    by_name = {source.name: source for source in known}
    for path in paths:
        selections += select(Path(path), known)
    selections += [Selection(named(name, by_name)) for name in names]
    if not paths and not names:
        wanted = [source.name for source in catalogue if source.enabled]
        if not everything:
            with database.connect(autocommit=True) as connection:
                wanted = archived.due(connection, wanted)
        selections += [Selection(by_name[name]) for name in wanted]
    occasional = {
        one.source.name: one.source for one in selections if one.source.name not in by_name
    }
    if occasional:
        with database.connect(autocommit=True) as connection:
            archived.record_sources(connection, list(occasional.values()))
    return Choice(tuple(dict.fromkeys(selections)), known)


def record(database: Database, catalogue: Sequence[Source]) -> tuple[Source, ...]:
    """Every source there is, by the catalogue's word or the archive's, the archive told of all.

    The archive's readers see its table of sources: logins and keys stay in the catalogue.
    """
    shown = [
        replace(source, location=public_url(source.location)) if source.kind == "http" else source
        for source in catalogue
    ]
    with database.connect(autocommit=True) as connection:
        archived.record_catalogue(connection, shown)
        stored = {source.name: source for source in archived.stored_sources(connection)}
    return tuple((stored | {source.name: source for source in catalogue}).values())


def named(name: str, known: Mapping[str, Source]) -> Source:
    """The source of that name; raises ConfigurationError, with a guess at what was meant."""
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=1)
    hint = f'did you mean "{close[0]}"?' if close else "`newswire sources list` names them all"
    raise ConfigurationError(f'no source "{name}": {hint}')
