"""The README names what there is to name: every setting, flag, command and dependency."""

import re
import tomllib

import pytest

from flows.cli import app
from flows.settings import PROJECT, Settings
from flows.transform.quality import Flag

README = (PROJECT / "README.md").read_text(encoding="utf-8")
DEPENDENCIES = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
COMMANDS = [
    *(command.name for command in app.registered_commands),
    *(group.name for group in app.registered_groups),
]


@pytest.mark.parametrize("flag", Flag)
def test_every_quality_flag_is_explained(flag: Flag) -> None:
    assert f"| `{flag.value}` | {flag.meaning} |" in README


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_listed(name: str) -> None:
    assert f"`NEWSWIRE_{name.upper()}`" in README.partition("## Configure")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_shown(command: str | None) -> None:
    assert f"newswire {command}" in README


@pytest.mark.parametrize("requirement", DEPENDENCIES)
def test_every_dependency_has_its_reason(requirement: str) -> None:
    name = re.split(r"[\[<>=~]", requirement)[0]
    table = README.partition("| dependency | why |")[2]
    assert re.search(rf"^\|[^|]*\b{re.escape(name)}\b[^|]*\| \S", table, re.MULTILINE)
