"""A difference between two texts as a person or a program reads it."""

from collections.abc import Iterable

from rich.text import Text

from flows.transform.diff import Change

DELETED = "red strike"
INSERTED = "green"


def coloured(changes: Iterable[Change]) -> Text:
    """Deletions red and struck out, insertions green; a deleted line break is a ¶."""
    text = Text()
    for one in changes:
        if one.operation == "equal":
            text.append(one.before)
            continue
        blank = not one.before.strip()
        text.append(one.before.replace("\n", "¶") if blank else one.before, DELETED)
        text.append(one.after, INSERTED)
    return text


def marked(changes: Iterable[Change]) -> str:
    """As wdiff marks it: [-deleted-]{+inserted+}."""
    return "".join(
        one.before
        if one.operation == "equal"
        else (f"[-{one.before}-]" if one.before else "")
        + (f"{{+{one.after}+}}" if one.after else "")
        for one in changes
    )


def listed(changes: Iterable[Change]) -> list[dict[str, str]]:
    """For JSON: op is equal, delete, insert or replace."""
    return [{"op": one.operation, "from": one.before, "to": one.after} for one in changes]
