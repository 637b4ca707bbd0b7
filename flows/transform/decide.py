"""Decides what each dispatch is to the archive: new, changed or as before. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from flows.model import Dispatch, Item, Sighting, Status, Stored
from flows.transform import identity

Outcome = Literal["added", "revised", "unchanged"]
Place = tuple[str, str]  # of a document: its location, and the SHA-256 of its bytes


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one dispatch."""

    dispatch: Dispatch
    outcome: Outcome
    revision: int  # its number where added or revised, else the one that stands
    current: bool = True  # False: another decision on the same dispatch follows in this batch
    carried: bool = False  # a bare withdrawal: the content is the archive's own last state


def recognise(
    items: Iterable[Item], stored: Mapping[UUID, Stored]
) -> tuple[list[Sighting], list[Item]]:
    """Parts the items met again exactly as archived from those that must be cleaned.

    A dispatch is recognised only where all that these items say of it is as archived: among
    several versions, which of them is the current one is for `decide` to say.
    """
    keyed = [(item, _dispatch_id(item)) for item in items]
    changed = {key for item, key in keyed if key and not _as_archived(item, stored.get(key))}
    fresh = [item for item, key in keyed if key is None or key in changed]
    sightings = [
        Sighting(item.source, key, stored[key].item_digest, stored[key].status)
        for item, key in keyed
        if key and key not in changed
    ]
    return sightings, fresh


def _dispatch_id(item: Item) -> UUID | None:
    name = identity.given_identity(item)
    return identity.dispatch_id(item.source, name) if name else None


def _as_archived(item: Item, known: Stored | None) -> bool:
    return (
        known is not None
        and item.status == known.status
        and identity.item_digest(item) == known.item_digest
    )


def decide(
    dispatches: Iterable[Dispatch],
    stored: Mapping[UUID, Stored],
    reread: Collection[str] = frozenset(),
) -> list[Decision]:
    """One decision for each dispatch, versions of one dispatch in the order they were written.

    A cancel wins whether it comes before, between or after the versions it cancels: what is
    canceled stays so, and later versions are kept as states of a canceled dispatch.

    A former state that comes again is a change back, unless its document shows a later one or was
    read before: `reread` names such documents by SHA-256.
    """
    decisions: list[Decision] = []
    for dispatch_id, versions in _by_dispatch(dispatches).items():
        decisions.extend(_decide_one(versions, stored.get(dispatch_id), reread))
    return decisions


def _by_dispatch(dispatches: Iterable[Dispatch]) -> dict[UUID, list[Dispatch]]:
    """The dispatches by id; documents in batch order, versions inside one by their own dates.

    Feeds list the newest first, so among versions that name no time the later entry is older.
    """
    documents: dict[Place, int] = {}
    grouped: dict[UUID, list[Dispatch]] = {}
    for dispatch in dispatches:
        documents.setdefault(_place(dispatch), len(documents))
        grouped.setdefault(dispatch.dispatch_id, []).append(dispatch)
    for versions in grouped.values():
        if len(versions) > 1:
            versions.sort(key=lambda version: _written(version, documents[_place(version)]))
    return grouped


def _place(dispatch: Dispatch) -> Place:
    # The same bytes may stand in two places, and say the later time that all is as it was.
    return dispatch.location, dispatch.sha256


def _written(version: Dispatch, document: int) -> tuple[int, bool, float, int]:
    moment = version.updated_at or version.published_at
    return (
        document,
        version.status_only,
        moment.timestamp() if moment else float("-inf"),
        -version.position,
    )


def _decide_one(
    versions: list[Dispatch], stored: Stored | None, reread: Collection[str]
) -> list[Decision]:
    decisions: list[Decision] = []
    state = stored
    content: Dispatch | None = None  # of the last state, where this batch brought it
    for place, version in enumerate(versions):
        superseded = version.sha256 in reread or any(
            _place(later) == _place(version) for later in versions[place + 1 :]
        )
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
    stale = (
        superseded
        and (version.status != "canceled" or state.status == "canceled")
        and not state.former.isdisjoint((version.content_digest, version.item_digest))
    )
    if same and status == state.status:
        return Decision(version, "unchanged", state.revision)
    if stale:
        # The archive has moved on. Its own digests stand, or the former state would pass for the
        # present one when its source comes back to it.
        kept = replace(version, item_digest=state.item_digest, content_digest=state.content_digest)
        return Decision(kept, "unchanged", state.revision)
    return Decision(replace(version, status=status), "revised", state.revision + 1)


def _withdraw(version: Dispatch, state: Stored, content: Dispatch | None) -> Decision:
    carried = replace(version, item_digest=state.item_digest, content_digest=state.content_digest)
    if state.status in (version.status, "canceled"):
        return Decision(carried, "unchanged", state.revision)
    if content is None:
        return Decision(carried, "revised", state.revision + 1, carried=True)
    withdrawn = replace(
        content,
        status=version.status,
        sha256=version.sha256,
        location=version.location,
        position=version.position,
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
    current = {len(decisions) - 1, *changes[-1:]}
    return [
        one if place in current else replace(one, current=False)
        for place, one in enumerate(decisions)
    ]
