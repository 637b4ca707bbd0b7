"""What each dispatch is to the archive: added, revised or unchanged; and cancels win."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.model import Dispatch, Stored
from flows.transform import identity
from flows.transform.decide import Decision, decide, recognise
from tests.records import NOON, dispatch, item, withdrawal

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64


def state(
    current: Dispatch, *former: Dispatch, revision: int | None = None, **fields: Any
) -> dict[Any, Stored]:
    """The archive in which `current` stands, after the `former` states."""
    known = [current, *former]
    stored = Stored(
        dispatch_id=current.dispatch_id,
        revision=revision or len(known),
        status=current.status,
        item_digest=current.item_digest,
        content_digest=current.content_digest,
        former=frozenset(
            digest for one in known for digest in (one.item_digest, one.content_digest)
        ),
    )
    return {current.dispatch_id: replace(stored, **fields)}


def archive(stored: dict[Any, Stored], decisions: Iterable[Decision]) -> dict[Any, Stored]:
    """The archive after these decisions."""
    after = dict(stored)
    for one in decisions:
        if one.outcome == "unchanged":
            continue
        before = after.get(one.dispatch.dispatch_id)
        digests = {one.dispatch.item_digest, one.dispatch.content_digest}
        after[one.dispatch.dispatch_id] = Stored(
            dispatch_id=one.dispatch.dispatch_id,
            revision=one.revision,
            status=one.dispatch.status,
            item_digest=one.dispatch.item_digest,
            content_digest=one.dispatch.content_digest,
            former=(before.former if before else frozenset()) | digests,
        )
    return after


Told = tuple[str, int] | tuple[str, int, str]


def told(decisions: Iterable[Decision]) -> list[Told]:
    """Outcome and revision, and what is written: the status."""
    return [
        (one.outcome, one.revision)
        if one.outcome == "unchanged"
        else (one.outcome, one.revision, one.dispatch.status)
        for one in decisions
    ]


FIRST = dispatch(headline="Oriel opens its lock")
SECOND = dispatch(headline="Oriel opens its lock at last")
THIRD = dispatch(headline="Oriel closes its lock again")
WITHHELD = dispatch(headline="Oriel opens its lock", status="withheld")
CANCELED = dispatch(headline="Oriel opens its lock", status="canceled")

ALONE = [
    ("never met", FIRST, {}, ("added", 1, "usable")),
    ("met as it stands", FIRST, state(FIRST), ("unchanged", 1)),
    ("text changed", SECOND, state(FIRST), ("revised", 2, "usable")),
    ("text changed back", FIRST, state(SECOND, FIRST), ("revised", 3, "usable")),
    (
        "only its wrapping changed",
        replace(FIRST, item_digest=b"other markup"),
        state(FIRST),
        ("unchanged", 1),
    ),
    (
        "cleaned by other rules from the same item",
        replace(FIRST, content_digest=b"other rules"),
        state(FIRST),
        ("unchanged", 1),
    ),
    ("withheld", WITHHELD, state(FIRST), ("revised", 2, "withheld")),
    ("withheld, then usable", FIRST, state(WITHHELD), ("revised", 2, "usable")),
    ("canceled with its text", CANCELED, state(FIRST), ("revised", 2, "canceled")),
    ("canceled twice", CANCELED, state(CANCELED, FIRST), ("unchanged", 2)),
    ("usable again after a cancel", FIRST, state(CANCELED), ("unchanged", 1)),
    ("revised after a cancel", SECOND, state(CANCELED), ("revised", 2, "canceled")),
    ("withheld after a cancel", WITHHELD, state(CANCELED), ("unchanged", 1)),
    ("withdrawn unseen", withdrawal(), {}, ("added", 1, "canceled")),
    ("withdrawn", withdrawal(), state(FIRST), ("revised", 2, "canceled")),
    ("withdrawn twice", withdrawal(), state(CANCELED, FIRST), ("unchanged", 2)),
    (
        "held back after a cancel",
        withdrawal(status="withheld"),
        state(CANCELED),
        ("unchanged", 1),
    ),
    ("first text after a withdrawal", FIRST, state(withdrawal()), ("revised", 2, "canceled")),
]


@pytest.mark.parametrize(
    ("met", "stored", "expected"), [case[1:] for case in ALONE], ids=[case[0] for case in ALONE]
)
def test_one_dispatch_is_compared_with_its_archived_state(
    met: Dispatch, stored: dict[Any, Stored], expected: Told
) -> None:
    assert told(decide([met], stored)) == [expected]


def test_dispatches_do_not_mix() -> None:
    other = dispatch("urn:oriel:2")

    decisions = decide([FIRST, other], state(FIRST))

    assert {one.dispatch.external_id: one.outcome for one in decisions} == {
        "urn:oriel:1": "unchanged",
        "urn:oriel:2": "added",
    }


def dated(version: Dispatch, hours: int | None, position: int, sha256: str = ONE) -> Dispatch:
    """A version that was written so many hours after noon."""
    at = None if hours is None else NOON + timedelta(hours=hours)
    return replace(version, updated_at=at, published_at=None, position=position, sha256=sha256)


class TestVersionsInOneDocument:
    @pytest.mark.parametrize(
        "entries",
        [
            pytest.param([dated(SECOND, 2, 0), dated(FIRST, 1, 1)], id="newest first"),
            pytest.param([dated(FIRST, 1, 0), dated(SECOND, 2, 1)], id="oldest first"),
            pytest.param([dated(SECOND, None, 0), dated(FIRST, None, 1)], id="no dates"),
            pytest.param([dated(SECOND, 1, 0), dated(FIRST, 1, 1)], id="one date for both"),
            pytest.param([dated(SECOND, 1, 0), dated(FIRST, None, 1)], id="one date for one"),
        ],
    )
    def test_follow_one_another_as_they_were_written(self, entries: list[Dispatch]) -> None:
        first, second = decide(entries, {})

        assert (first.dispatch.headline, first.outcome, first.revision, first.current) == (
            FIRST.headline, "added", 1, False,
        )  # fmt: skip
        assert (second.dispatch.headline, second.outcome, second.revision, second.current) == (
            SECOND.headline, "revised", 2, True,
        )  # fmt: skip

    def test_are_ordered_by_publication_where_they_tell_no_update(self) -> None:
        later = replace(SECOND, published_at=NOON + timedelta(hours=1), position=1)

        assert [one.dispatch for one in decide([later, FIRST], {})] == [FIRST, later]

    def test_exact_repeats_are_one_dispatch_and_unchanged_ones(self) -> None:
        entries = [dated(FIRST, None, place) for place in range(3)]

        assert told(decide(entries, {})) == [
            ("added", 1, "usable"),
            ("unchanged", 1),
            ("unchanged", 1),
        ]

    def test_older_ones_are_not_news_when_they_are_read_again(self) -> None:
        entries = [dated(SECOND, 2, 0), dated(FIRST, 1, 1)]

        assert told(decide(entries, state(SECOND, FIRST))) == [
            ("unchanged", 2),
            ("unchanged", 2),
        ]

    def test_the_first_text_again_at_the_end_is_a_change_back(self) -> None:
        entries = [dated(FIRST, 1, 0), dated(SECOND, 2, 1), dated(FIRST, 3, 2)]

        decisions = decide(entries, {})

        assert told(decisions) == [
            ("added", 1, "usable"),
            ("revised", 2, "usable"),
            ("revised", 3, "usable"),
        ]
        assert [one.current for one in decisions] == [False, False, True]

    def test_a_cancel_between_versions_holds(self) -> None:
        entries = [dated(FIRST, 1, 2), dated(CANCELED, 2, 1), dated(SECOND, 3, 0)]

        assert told(decide(entries, {}))[-1] == ("revised", 3, "canceled")

    def test_a_bare_withdrawal_keeps_the_text_that_came_with_it(self) -> None:
        withdrawn = replace(withdrawal(), sha256=ONE, position=0, location="two.xml")

        text = replace(dated(FIRST, 1, 1), location="two.xml")
        first, second = decide([withdrawn, text], {})

        assert (first.outcome, first.dispatch.status) == ("added", "usable")
        assert (second.outcome, second.dispatch.status) == ("revised", "canceled")
        assert second.dispatch.body == FIRST.body
        assert not second.carried
        assert (second.dispatch.position, second.dispatch.location) == (0, "two.xml")

    def test_a_version_superseded_at_once_leaves_no_digest_of_its_own(self) -> None:
        # The load keeps the item digest of the last decision that is current.
        stale, current = decide([dated(FIRST, 1, 1), dated(THIRD, 3, 0)], state(SECOND, FIRST))

        assert (stale.outcome, stale.current) == ("unchanged", False)
        assert (current.outcome, current.current) == ("revised", True)


def test_a_bare_withdrawal_of_what_is_archived_carries_its_content() -> None:
    [decision] = decide([withdrawal()], state(FIRST))

    assert decision.carried
    assert decision.dispatch.content_digest == FIRST.content_digest
    assert decision.dispatch.item_digest == FIRST.item_digest


def test_a_withdrawal_met_again_keeps_the_digest_of_the_text() -> None:
    [decision] = decide([withdrawal()], state(CANCELED, FIRST))

    assert decision.dispatch.item_digest == CANCELED.item_digest


class TestDocumentsOfOneBatch:
    def test_are_taken_in_their_order(self) -> None:
        entries = [dated(SECOND, 1, 0, ONE), dated(FIRST, 2, 0, TWO)]

        assert [one.dispatch.headline for one in decide(entries, {})] == [
            SECOND.headline,
            FIRST.headline,
        ]

    def test_may_bring_bytes_again_that_came_before(self) -> None:
        entries = [
            replace(version, location=location, sha256=sha256, updated_at=None)
            for version, location, sha256 in (
                (FIRST, "1.xml", ONE),
                (SECOND, "2.xml", TWO),
                (FIRST, "3.xml", ONE),
            )
        ]

        assert told(decide(entries, {})) == [
            ("added", 1, "usable"),
            ("revised", 2, "usable"),
            ("revised", 3, "usable"),
        ]

    def test_may_change_a_text_back(self) -> None:
        entries = [dated(SECOND, 1, 0, ONE), dated(FIRST, 2, 0, TWO)]

        assert told(decide(entries, state(FIRST))) == [
            ("revised", 2, "usable"),
            ("revised", 3, "usable"),
        ]

    def test_that_were_read_before_bring_nothing_old_back(self) -> None:
        # A document is read once more for what was rejected in it; its other items are known.
        old = dated(FIRST, 1, 0, ONE)

        [decision] = decide([old], state(SECOND, FIRST), reread={ONE})

        assert (decision.outcome, decision.revision) == ("unchanged", 2)
        # Or the old text would pass for the present one when its source comes back to it.
        assert decision.dispatch.item_digest == SECOND.item_digest

    def test_that_were_read_before_still_bring_what_was_never_stored(self) -> None:
        assert told(decide([dated(THIRD, 1, 0, ONE)], state(SECOND, FIRST), reread={ONE})) == [
            ("revised", 3, "usable")
        ]


VERSIONS = [dated(FIRST, 1, 0), dated(SECOND, 2, 1), dated(THIRD, 3, 2)]


@pytest.mark.parametrize(
    "cancel",
    [
        pytest.param(replace(CANCELED, sha256=TWO), id="with its text"),
        pytest.param(replace(withdrawal(), sha256=TWO), id="bare"),
    ],
)
@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
@pytest.mark.parametrize("together", [True, False], ids=["one document", "a document each"])
def test_a_cancel_wins_wherever_it_stands(
    cancel: Dispatch, order: tuple[int, ...], together: bool
) -> None:
    arriving = [
        replace(version, sha256=ONE if together else str(place) * 64, position=place)
        for place, version in enumerate([*VERSIONS, cancel][index] for index in order)
    ]

    stored = archive({}, decide(arriving, {}))

    assert stored[FIRST.dispatch_id].status == "canceled"
    after = archive(stored, decide([replace(SECOND, sha256=THREE)], stored))
    assert after[FIRST.dispatch_id].status == "canceled"


TEXTS = st.sampled_from(["a lock", "a dam", "a weir"])
STATUSES = st.sampled_from(["usable", "withheld", "canceled"])
MET = st.builds(
    lambda text, status, hours, bare, name: dated(
        withdrawal(name) if bare else dispatch(name, headline=text, status=status), hours, 0
    ),
    TEXTS,
    STATUSES,
    st.none() | st.integers(0, 3),
    st.booleans(),
    st.sampled_from(["a", "b"]),
)
DOCUMENT = st.lists(MET, max_size=6).map(
    lambda met: [replace(one, position=place) for place, one in enumerate(met)]
)


@given(DOCUMENT, DOCUMENT)
def test_a_document_read_twice_changes_nothing(before: list[Dispatch], met: list[Dispatch]) -> None:
    earlier = [replace(one, sha256=TWO) for one in before]
    stored = archive({}, decide(earlier, {}))
    stored = archive(stored, decide(met, stored))

    assert {one.outcome for one in decide(met, stored)} <= {"unchanged"}


@given(DOCUMENT, DOCUMENT)
def test_documents_read_once_more_change_nothing(
    before: list[Dispatch], met: list[Dispatch]
) -> None:
    arriving = [replace(one, sha256=TWO) for one in before] + met
    stored = archive({}, decide(arriving, {}))

    again = decide(arriving, stored, reread={ONE, TWO})

    assert {one.outcome for one in again} <= {"unchanged"}


@given(DOCUMENT)
def test_every_version_is_decided_once_and_one_state_is_current(met: list[Dispatch]) -> None:
    decisions = decide(met, {})

    assert len(decisions) == len(met)
    changes = [one for one in decisions if one.outcome != "unchanged"]
    current = [one.dispatch.dispatch_id for one in changes if one.current]
    assert sorted(current) == sorted({one.dispatch_id for one in met})
    for dispatch_id in current:
        revisions = [one.revision for one in changes if one.dispatch.dispatch_id == dispatch_id]
        assert revisions == list(range(1, len(revisions) + 1))


class TestRecognising:
    ITEM = item()
    KEY = identity.dispatch_id("wire", "urn:oriel:1")

    def known(self, **fields: Any) -> dict[Any, Stored]:
        digest = identity.item_digest(self.ITEM)
        stored = Stored(self.KEY, 1, "usable", digest, b"", frozenset({digest}))
        return {self.KEY: replace(stored, **fields)}

    def test_an_item_as_archived_is_a_sighting_and_is_not_cleaned(self) -> None:
        sightings, fresh = recognise([self.ITEM], self.known())

        assert [(one.source, one.dispatch_id) for one in sightings] == [("wire", self.KEY)]
        assert fresh == []

    @pytest.mark.parametrize(
        ("met", "stored"),
        [
            pytest.param({}, None, id="not archived"),
            pytest.param({"body": "Another text."}, {}, id="another text"),
            pytest.param({"identifier": None}, {}, id="no identity given"),
            pytest.param({"identifier": "urn:oriel:2"}, {}, id="another dispatch"),
            pytest.param({"status": "canceled"}, {}, id="canceled"),
            pytest.param({}, {"status": "canceled"}, id="canceled in the archive"),
            pytest.param({"source": "other"}, {}, id="the same id in another source"),
        ],
    )
    def test_any_other_item_is_cleaned(
        self, met: dict[str, Any], stored: dict[str, Any] | None
    ) -> None:
        known = {} if stored is None else self.known(**stored)
        changed = replace(self.ITEM, **met)

        assert recognise([changed], known) == ([], [changed])

    def test_exact_repeats_of_what_is_archived_are_recognised(self) -> None:
        sightings, fresh = recognise([self.ITEM, self.ITEM], self.known())

        assert (len(sightings), fresh) == (2, [])

    @pytest.mark.parametrize("elsewhere", [ONE, None], ids=["another document", "one document"])
    def test_versions_are_left_to_be_decided_together(self, elsewhere: str | None) -> None:
        # Where the archived state comes after a change, the text has changed back.
        changed = replace(self.ITEM, body="Another text.", sha256=elsewhere or self.ITEM.sha256)

        assert recognise([changed, self.ITEM], self.known()) == ([], [changed, self.ITEM])

    def test_the_rest_stays_in_its_order(self) -> None:
        others = [item(identifier=f"urn:oriel:{number}") for number in (7, 3, 7, 5)]
        mixed = [others[0], self.ITEM, *others[1:]]

        assert recognise(mixed, self.known())[1] == others
