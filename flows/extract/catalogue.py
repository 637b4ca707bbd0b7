"""The catalogue of sources: a TOML file that people keep, checked entry by entry."""

import difflib
import os
import re
import tempfile
import zoneinfo
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import tomlkit
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictBool,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from flows.errors import ConfigurationError
from flows.extract.catalogue_text import Lines, lines_of, parsed, tables_of, text_of
from flows.extract.paths import folder_location
from flows.extract.problems import http_address, public_url
from flows.model import Kind, Source

SHORTEST_EVERY = timedelta(seconds=30)  # more often is no courtesy to any publisher
LONGEST_EVERY = timedelta(days=366)
MOST_PROBLEMS = 20  # shown at once

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_EVERY = re.compile(r"(\d{1,8})\s*([smhd])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

# What other programs call our keys.
_OTHER_NAMES = {
    "active": "enabled",
    "directory": "location",
    "disabled": "enabled",
    "feed": "location",
    "folder": "location",
    "frequency": "every",
    "href": "location",
    "id": "name",
    "interval": "every",
    "lang": "language",
    "path": "location",
    "period": "every",
    "publisher": "agency",
    "schedule": "every",
    "title": "name",
    "type": "kind",
    "tz": "timezone",
    "uri": "location",
    "url": "location",
    "urls": "location",
    "xmlurl": "location",
    "zone": "timezone",
}


def _plain(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not hold control characters")
    return value


def _name(value: str) -> str:
    if value.startswith("/"):
        # Sources made for a path given by hand are named after that path.
        raise ValueError("must not begin with /")
    return value


def _timezone(value: str) -> str:
    if value not in _timezones():
        near = difflib.get_close_matches(value, _timezones(), 1)
        hint = f'; did you mean "{near[0]}"?' if near else ', use a name like "Europe/Paris"'
        raise ValueError(f'"{value}" is not an IANA time zone{hint}')
    return value


def _every(value: object) -> timedelta:
    match = _EVERY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('use a number and s, m, h or d, like "5m" or "1h"')
    seconds = int(match[1]) * int(timedelta(**{_UNITS[match[2]]: 1}).total_seconds())
    if not SHORTEST_EVERY.total_seconds() <= seconds <= LONGEST_EVERY.total_seconds():
        raise ValueError(f'"{value}" is not between 30s and 366d')
    return timedelta(seconds=seconds)


def _format(value: str, info: ValidationInfo) -> str:
    formats: Collection[str] = info.context or ()
    if value not in formats:
        raise ValueError(f'"{value}" is not one of {", ".join(sorted(formats))}')
    return value


_Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_plain),
]


class _Defaults(BaseModel):
    """What `[defaults]` may set for every source of the file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Annotated[_Text, AfterValidator(_format)] = "auto"
    agency: _Text | None = None
    language: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z]{2}$")] | None = (
        None
    )
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    every: Annotated[timedelta, BeforeValidator(_every)] | None = None
    enabled: StrictBool = True


class _Entry(_Defaults):
    """A `[[source]]` table."""

    name: Annotated[_Text, AfterValidator(_name)]
    kind: Kind
    location: _Text

    @model_validator(mode="after")
    def _location_of_its_kind(self) -> "_Entry":
        is_address = re.match(r"[a-z][a-z0-9+.-]+://", self.location, re.IGNORECASE) is not None
        if self.kind == "folder" and is_address:
            raise ValueError('location: an address is no folder; set kind = "http"')
        if self.kind == "http" and http_address(self.location) is None:
            shown = public_url(self.location)
            raise ValueError(f'location: "{shown}" is not an http:// or https:// address')
        return self


def load_catalogue(path: Path, formats: Collection[str]) -> tuple[Source, ...]:
    """The sources that the TOML file at `path` lists, in its order.

    Each is a `[[source]]` table; a `[defaults]` table sets what they do not. `formats` are the
    names that `format` may have besides "auto". Folders are taken from the file's own folder,
    with ~ for the user's; every location becomes absolute.

    Raises ConfigurationError with a line `file:line: source "name": what to do` for each
    problem, the first `MOST_PROBLEMS` of them.
    """
    text = text_of(path)
    return _sources(path, text, parsed(path, text), {"auto", *formats})


def append_sources(path: Path, sources: Iterable[Source]) -> None:
    """Add sources to the end of the catalogue, which keeps its every byte, or make one.

    All or nothing: the file is replaced in one step, and not at all where it could not be read
    back. Raises ConfigurationError, naming what stands in the way.
    """
    added = [_table(source) for source in sources]
    if not added:
        return
    target = path.resolve()
    before = text_of(target) if target.exists() else ""
    known = tables_of(parsed(path, before), "source")
    taken = {table.get("name") for table in known}
    if again := [table["name"] for table in added if table["name"] in taken]:
        raise ConfigurationError(f'{path}: there is a source "{again[0]}" already')
    newline = "\r\n" if "\r\n" in before else "\n"
    gap = "" if not before else newline if before.endswith("\n") else newline * 2
    text = before + gap + tomlkit.dumps({"source": added}).replace("\n", newline)
    if len(tables_of(parsed(path, text), "source")) != len(known) + len(added):
        raise ConfigurationError(
            f"{path}: sources cannot be added to this file: write each as a [[source]] table"
        )
    _replace(target, text)


def _sources(
    path: Path, text: str, data: dict[str, Any], formats: Collection[str]
) -> tuple[Source, ...]:
    lines = lines_of(text)
    problems = [(lines.of(None, key), _unknown_table(key)) for key in data.keys() - _TOP_LEVEL]
    defaults: dict[str, Any] = {}
    if isinstance(data.get("defaults", {}), dict):
        defaults = data.get("defaults", {})
        wrong = _problems_of(_Defaults, defaults, formats)
        problems += [(lines.of("defaults", key), f"[defaults]: {what}") for key, what in wrong]
        faulty = {key for key, _ in wrong}
        defaults = {key: value for key, value in defaults.items() if key not in faulty}
    else:
        problems.append((lines.of(None, "defaults"), "defaults: write it as a [defaults] table"))
    tables = tables_of(data, "source")
    if data.get("source") and not tables:
        problems.append((lines.of(None, "source"), "source: write each as a [[source]] table"))
    sources: list[tuple[int, Source]] = []
    for position, table in enumerate(tables):
        wrong = _problems_of(_Entry, defaults | table, formats)
        for key, what in wrong:
            problems.append((lines.of(position, key), f"{_called(table, position)}: {what}"))
        if not wrong:
            entry = _Entry.model_validate(defaults | table, context=formats)
            sources.append((position, _source(entry, path.absolute().parent)))
    problems += _duplicates(sources, lines)
    if problems:
        raise ConfigurationError("\n".join(_listed(path, problems)))
    return tuple(source for _, source in sources)


_TOP_LEVEL = {"source", "defaults"}


def _problems_of(
    model: type[BaseModel], table: dict[str, Any], formats: Collection[str]
) -> list[tuple[str, str]]:
    """What is wrong with a table: the key it is wrong with, "" for all of it, and a sentence."""
    try:
        model.model_validate(table, context=formats)
    except ValidationError as error:
        keys = list(model.model_fields)
        return [_explained(problem, keys) for problem in error.errors(include_url=False)]
    return []


def _explained(problem: ErrorDetails, keys: Sequence[str]) -> tuple[str, str]:
    key = str(problem["loc"][0]) if problem["loc"] else ""
    match problem["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(key.lower(), keys, 1, 0.7)
            meant = near[0] if near else _OTHER_NAMES.get(key.lower())
            hint = f'; did you mean "{meant}"?' if meant else f"; the keys are {', '.join(keys)}"
            what = f'unknown key "{key}"{hint}'
        case "missing":
            what = f'the key "{key}" is missing'
        case "literal_error":
            what = f"{key}: use {problem['ctx']['expected']}".replace("'", '"')
        case "string_pattern_mismatch":
            what = f'{key}: use a two-letter code (ISO 639-1), like "fr"'
        case "value_error" if not key:  # of the whole entry: its message begins with the key
            what = str(problem["ctx"]["error"])
            key = what.partition(":")[0]
        case "value_error":
            what = f"{key}: {problem['ctx']['error']}"
        case _:
            what = f"{key}: {problem['msg'][0].lower()}{problem['msg'][1:]}"
    return key, what


def _unknown_table(key: str) -> str:
    near = difflib.get_close_matches(key.lower(), _TOP_LEVEL, 1)
    hint = {"source": "; did you mean [[source]]?", "defaults": "; did you mean [defaults]?"}
    return f'unknown key "{key}"{hint.get("".join(near), "; sources are [[source]] tables")}'


def _called(table: dict[str, Any], position: int) -> str:
    name = table.get("name")
    return (
        f'source "{_CONTROL.sub("?", name)}"'
        if isinstance(name, str) and name
        else (f"source number {position + 1}")
    )


def _source(entry: _Entry, beside: Path) -> Source:
    location = entry.location
    if entry.kind == "folder":
        folder = os.path.normpath(beside / Path(location).expanduser())
        location = folder_location(Path(folder))
    return Source(**(entry.model_dump() | {"location": location}))


def _duplicates(sources: Iterable[tuple[int, Source]], lines: Lines) -> Iterator[tuple[int, str]]:
    named: dict[str, int] = {}
    located: dict[str, tuple[int, str]] = {}
    for position, source in sources:
        first = named.setdefault(source.name, position)
        if first != position:
            where = lines.of(first, "name")
            yield (
                lines.of(position, "name"),
                f'source "{source.name}": the name is taken by the source in line {where}',
            )
        place = http_address(source.location) or source.location
        other, name = located.setdefault(place, (position, source.name))
        if other != position:
            yield (
                lines.of(position, "location"),
                f'source "{source.name}": the same location as source "{name}" in line '
                f"{lines.of(other, 'location')}",
            )


def _listed(path: Path, problems: Iterable[tuple[int, str]]) -> list[str]:
    ordered = sorted(problems)
    shown = [f"{path}:{line}: {what}" for line, what in ordered[:MOST_PROBLEMS]]
    if len(ordered) > MOST_PROBLEMS:
        shown.append(f"{path}: and {len(ordered) - MOST_PROBLEMS} more")
    return shown


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _table(source: Source) -> dict[str, Any]:
    """What of a source differs from what a bare table means, and its schedule in any case."""
    bare = Source(source.name, source.kind, source.location)
    table: dict[str, Any] = {
        "name": source.name,
        "kind": source.kind,
        "location": source.location,
    }
    for key in ("format", "agency", "language", "timezone", "enabled"):
        if getattr(source, key) != getattr(bare, key):
            table[key] = getattr(source, key)
    if source.every is not None:
        table["every"] = _written(source.every)
    return table


def _written(every: timedelta) -> str:
    seconds = round(every.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _replace(target: Path, text: str) -> None:
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        written = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(descriptor)
            written.chmod(mode)
            written.replace(target)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{target}: cannot be written: {error.strerror}") from None
