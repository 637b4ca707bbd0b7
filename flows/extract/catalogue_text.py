"""The text of a catalogue: read, parsed as TOML, and where in it each key stands."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.errors import ConfigurationError

# Neither tomllib nor tomlkit tells where a key stands. The text is known to be TOML, so few kinds
# of token are enough to tell a header or a key from what looks like one in a string or comment.
_TOKEN = re.compile(
    r'''
    (?P<multiline>"""(?:\\.|[^\\])*?"{3,5} | \'\'\'.*?\'{3,5})
  | (?P<string>"(?:\\.|[^"\\\n])*" | '[^'\n]*')
  | (?P<comment>\#[^\n]*)
  | (?P<newline>\n)
  | (?P<open>[\[{])
  | (?P<close>[\]}])
  | (?P<equals>=)
  | (?P<word>[A-Za-z0-9_-]+)
  | (?P<other>.)
    ''',
    re.DOTALL | re.VERBOSE,
)

Section = int | str | None  # the n-th [[source]], from 0; another table's name; None: the top


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines, from 1, of a catalogue's tables and keys."""

    tables: Mapping[Section, int]
    keys: Mapping[tuple[Section, str], int]

    def of(self, section: Section, key: str) -> int:
        """The line of a key, or of its table where the key is not written there."""
        if (section, key) in self.keys:
            return self.keys[section, key]
        if section is None and key in self.tables:
            return self.tables[key]
        fallback = self.keys.get((None, "source"), 1)
        return self.tables.get(section, fallback)


def text_of(path: Path) -> str:
    """The text of a catalogue; raises ConfigurationError where there is none."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: no such file: create it, or set NEWSWIRE_SOURCES to the list of sources"
        ) from None
    except IsADirectoryError:
        raise ConfigurationError(
            f"{path}: is a folder: set NEWSWIRE_SOURCES to the file that lists the sources"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}:{line}: not UTF-8: save the file as UTF-8") from None


def parsed(path: Path, text: str) -> dict[str, Any]:
    """`text` as TOML; raises ConfigurationError with the line of `path` that is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).rpartition(" (at ")
        numbers = re.findall(r"\d+", where)
        line = numbers[0] if numbers else text.count("\n") + 1
        raise ConfigurationError(f"{path}:{line}: not TOML: {what or error}") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: not a list of sources: nested too deeply") from None


def tables_of(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The [[key]] tables; none where `key` is anything else."""
    tables = data.get(key, [])
    if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
        return tables
    return []


def lines_of(text: str) -> Lines:
    """The lines of the tables and keys of `text`, which is TOML."""
    tables: dict[Section, int] = {}
    keys: dict[tuple[Section, str], int] = {}
    section: Section = None
    sources = 0
    for line, names, brackets in _statements(text):
        if not brackets:
            keys.setdefault((section, names[0]), line)
            continue
        if names == ["source"] and brackets == 2:
            section, sources = sources, sources + 1
        elif names[0] != "source":
            section = names[0]
        elif len(names) > 1:
            keys.setdefault((section, names[1]), line)
        tables.setdefault(section, line)
    return Lines(tables, keys)


def _statements(text: str) -> Iterator[tuple[int, list[str], int]]:
    """The line, dotted names and brackets (2 for [[x]], 1 for [x], 0) of each header and key."""
    line, depth = 1, 0  # of brackets open
    names: list[str] = []
    brackets, at_start = 0, True
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "newline" and depth == 0:
            if brackets:
                yield line, names, brackets
            names, brackets, at_start = [], 0, True
        elif kind == "equals" and at_start and not brackets:
            yield line, names, 0
            at_start = False
        elif kind == "open":
            brackets += at_start and not names
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind in ("word", "string") and at_start:
            names.append(token if kind == "word" else token[1:-1])
        line += token.count("\n")
    if brackets:
        yield line, names, brackets
