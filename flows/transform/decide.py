"""Decides what each dispatch is to the archive: new, changed or as before. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from flows.model import Dispatch, Item, Sighting, Status, Stored
from flows.transform import identity

Outcome = Literal["added", "revised", "unchanged"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one dispatch."""

    dispatch: Dispatch
    outcome: Outcome
    revision: int  # its number where added or revised, else the one that stands
    current: bool = True  # False: a later state of the same dispatch follows in this batch
    carried: bool = False  # a bare withdrawal: the content is the archive's own last state


def recognise(
    items: Iterable[Item], stored: Mapping[UUID, Stored]
) -> tuple[list[Sighting], list[Item]]:
    """Parts the items met again exactly as archived from those that must be cleaned.

    Only an item that stands alone under its name is recognised here: among several versions in
    one document, which of them is the current one is for `decide` to say.
    """
    sightings: list[Sighting] = []
    fresh: list[Item] = []
    named = [(item, identity.given_identity(item)) for item in items]
    versions = Counter((item.sha256, name) for item, name in named)
    for item, name in named:
        known = stored.get(identity.dispatch_id(item.source, name)) if name else None
        if (
            known is not None
            and versions[item.sha256, name] == 1
            and item.status == known.status
            and identity.item_digest(item) == known.item_digest
        ):
            sightings.append(Sighting(item.source, known.dispatch_id))
        else:
            fresh.append(item)
    return sightings, fresh


def decide(dispatches: Iterable[Dispatch], stored: Mapping[UUID, Stored]) -> list[Decision]:
    """One decision for each dispatch, versions of one dispatch in the order they were written.

    A cancel wins whether it comes before, between or after the versions it cancels: what is
    canceled stays so, and later versions are kept as states of a canceled dispatch.
    """
    decisions: list[Decision] = []
    for dispatch_id, versions in _by_dispatch(dispatches).items():
        decisions.extend(_decide_one(versions, stored.get(dispatch_id)))
    return decisions


def _by_dispatch(dispatches: Iterable[Dispatch]) -> dict[UUID, list[Dispatch]]:
    """The dispatches by id; documents in batch order, versions inside one by their own dates.

    Feeds list the newest first, so among versions that name no time the later entry is older.
    """
    documents: dict[str, int] = {}
    grouped: dict[UUID, list[Dispatch]] = {}
    for dispatch in dispatches:
        documents.setdefault(dispatch.sha256, len(documents))
        grouped.setdefault(dispatch.dispatch_id, []).append(dispatch)
    for versions in grouped.values():
        if len(versions) > 1:
            versions.sort(key=lambda version: _written(version, documents[version.sha256]))
    return grouped


def _written(version: Dispatch, document: int) -> tuple[int, bool, float, int]:
    moment = version.updated_at or version.published_at
    return (
        document,
        version.status_only,
        moment.timestamp() if moment else float("-inf"),
        -version.position,
    )


def _decide_one(versions: list[Dispatch], stored: Stored | None) -> list[Decision]:
    decisions: list[Decision] = []
    state = stored
    content: Dispatch | None = None  # of the last state, where this batch brought it
    for place, version in enumerate(versions):
        superseded = any(later.sha256 == version.sha256 for later in versions[place + 1 :])
        if state is None:
            decision = Decision(version, "added", 1)
        elif version.status_only:
            decision = _withdraw(version, state, content)
        else:
            decision = _compare(version, state, superseded)
        decisions.append(decision)
        if decision.outcome != "unchanged":
            content = None if decision.carried else decision.dispatch
            state = _after(decision, state)
    return _mark_current(decisions)


def _compare(version: Dispatch, state: Stored, superseded: bool) -> Decision:
    status: Status = "canceled" if state.status == "canceled" else version.status
    same = (
        version.content_digest == state.content_digest or version.item_digest == state.item_digest
    )
    stale = superseded and not state.former.isdisjoint(
        (version.content_digest, version.item_digest)
    )
    if stale or (same and status == state.status):
        return Decision(version, "unchanged", state.revision)
    return Decision(replace(version, status=status), "revised", state.revision + 1)


def _withdraw(version: Dispatch, state: Stored, content: Dispatch | None) -> Decision:
    if state.status == version.status:
        return Decision(version, "unchanged", state.revision)
    if content is None:
        carried = replace(
            version, item_digest=state.item_digest, content_digest=state.content_digest
        )
        return Decision(carried, "revised", state.revision + 1, carried=True)
    withdrawn = replace(
        content, status=version.status, sha256=version.sha256, position=version.position
    )
    return Decision(withdrawn, "revised", state.revision + 1)


def _after(decision: Decision, before: Stored | None) -> Stored:
    dispatch = decision.dispatch
    former = before.former if before else frozenset()
    return Stored(
        dispatch_id=dispatch.dispatch_id,
        revision=decision.revision,
        status=dispatch.status,
        item_digest=dispatch.item_digest,
        content_digest=dispatch.content_digest,
        former=former | {dispatch.item_digest, dispatch.content_digest},
    )


def _mark_current(decisions: list[Decision]) -> list[Decision]:
    changes = [place for place, one in enumerate(decisions) if one.outcome != "unchanged"]
    for place in changes[:-1]:
        decisions[place] = replace(decisions[place], current=False)
    return decisions
