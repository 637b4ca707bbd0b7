"""A labelled corpus, and how well families agree with its labels.

What counts as right: two texts belong together when their `gold` is the same. A merge is made of
two dispatches of two clusters, `gold`, with which it begins, and `gold2`. A family can follow only
one of them. Under the lenient reading it counts as belonging to the one whose family it was put
in, and to `gold` where it was put in neither.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flows.model import Item
from flows.transform.identity import dispatch_id


@dataclass(frozen=True, slots=True)
class Text:
    """One labelled text."""

    key: UUID  # of its dispatch
    name: str  # what its source calls it
    gold: int
    second: int | None  # the other cluster of a merge, the topic of a follow-up
    relation: str
    source: str
    headline: str
    body: str
    published: datetime

    def item(self, sha256: str, position: int) -> Item:
        """The text as a reader would have found it in a document of its source."""
        return Item(
            source=self.source,
            sha256=sha256,
            position=position,
            location="corpus",
            identifier=self.name,
            headline=self.headline,
            body=self.body,
            published=self.published.isoformat(),
        )


@dataclass(frozen=True, slots=True)
class Quality:
    """Agreement of families with clusters, over pairs of texts and (B-cubed) over texts."""

    precision: float
    recall: float
    f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float

    def __str__(self) -> str:
        return (
            f"pairs P {self.precision:.4f} R {self.recall:.4f} F1 {self.f1:.4f}   "
            f"B-cubed P {self.bcubed_precision:.4f} R {self.bcubed_recall:.4f} "
            f"F1 {self.bcubed_f1:.4f}"
        )


def read(path: Path) -> list[Text]:
    """The texts of a corpus (JSON lines, gzipped or not), in the order of the file.

    Fields read: doc_id, urn, gold, gold2, relation, outlet, title, paras, published.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [_text(json.loads(line)) for line in lines]


def _text(row: Mapping[str, Any]) -> Text:
    published = datetime.fromisoformat(row["published"])
    name = f"{row.get('urn') or 'text'}#{row['doc_id']}"
    return Text(
        key=dispatch_id(row["outlet"], name),
        name=name,
        gold=row["gold"],
        second=row["gold2"],
        relation=row["relation"],
        source=row["outlet"],
        headline=row["title"],
        body="\n\n".join(row["paras"]),
        published=published if published.tzinfo else published.replace(tzinfo=UTC),
    )


def quality(family: Mapping[UUID, UUID], label: Mapping[UUID, int]) -> Quality:
    """How the families (by their first dispatch) agree with the labels of the same texts."""
    families = Counter(family[key] for key in label)
    labels = Counter(label.values())
    cells = Counter((label[key], family[key]) for key in label)
    right = sum(map(_two_of, cells.values()))
    precision = right / sum(map(_two_of, families.values()))
    recall = right / sum(map(_two_of, labels.values()))
    in_family = sum(n * n / families[root] for (_, root), n in cells.items()) / len(label)
    in_label = sum(n * n / labels[gold] for (gold, _), n in cells.items()) / len(label)
    return Quality(
        precision,
        recall,
        _harmonic(precision, recall),
        in_family,
        in_label,
        _harmonic(in_family, in_label),
    )


def _two_of(n: int) -> int:
    return n * (n - 1) // 2


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b)


def report(texts: Sequence[Text], family: Mapping[UUID, UUID]) -> Iterable[str]:
    """The figures of quality, a line each."""
    members: dict[UUID, list[Text]] = defaultdict(list)
    for text in texts:
        members[family[text.key]].append(text)
    strict = {text.key: text.gold for text in texts}
    whole = {text.key: text.gold for text in texts if text.relation != "merge"}
    yield f"strictly by gold  {quality(family, strict)}"
    yield f"merges in either  {quality(family, _followed(texts, family, members))}"
    yield f"without merges    {quality(family, whole)}"
    for relation in ("followup_nat", "followup", "recurring", "noise"):
        merged, total = _merged(texts, family, members, relation)
        yield f"{relation} merged with another story: {merged} of {total}, {merged / total:.2%}"
    excerpts = [text for text in texts if text.relation == "summary"]
    linked = sum(
        any(m is not text and m.gold == text.gold for m in members[family[text.key]])
        for text in excerpts
    )
    yield f"excerpts linked: {linked} of {len(excerpts)}, {linked / len(excerpts):.2%}"


def _followed(
    texts: Iterable[Text], family: Mapping[UUID, UUID], members: Mapping[UUID, list[Text]]
) -> dict[UUID, int]:
    """The label of each text, where that of a merge is the cluster whose family it is in."""
    label = {}
    for text in texts:
        label[text.key] = text.gold
        if text.relation == "merge" and text.second is not None:
            stories = Counter(m.gold for m in members[family[text.key]] if m.relation != "merge")
            if stories[text.second] > stories[text.gold]:
                label[text.key] = text.second
    return label


def _merged(
    texts: Iterable[Text],
    family: Mapping[UUID, UUID],
    members: Mapping[UUID, list[Text]],
    relation: str,
) -> tuple[int, int]:
    """How many texts of a relation share a family with another story, and how many there are."""
    chosen = [text for text in texts if text.relation == relation]
    merged = sum(
        any(m.gold != text.gold and m.relation != "merge" for m in members[family[text.key]])
        for text in chosen
    )
    return merged, len(chosen)
