"""What makes a dispatch the same dispatch, and a state of it the same state."""

import hashlib
import json
import re
from uuid import UUID, uuid5

from flows.model import Dispatch, Item
from flows.transform.text import fold, word_count

# Any fixed UUID will do; changing it would orphan every archive.
NAMESPACE = UUID("6f0f3a5e-5d3c-4c0e-9a39-2f8f6f1c7c51")

# A B-tree entry of PostgreSQL holds 2,704 bytes at most: an identifier of more than this many
# characters (4 bytes each at worst) is known by its digest.
LONGEST_IDENTIFIER = 512

CONTROLLED_FIELDS = (
    "headline",
    "body",
    "credit",
    "byline",
    "url",
    "published_at",
    "published_precision",
    "embargoed_until",
    "urgency",
    "slugline",
    "keywords",
)

_NEWSML = re.compile(r"(?P<item>urn:newsml:[^:]+:\d{8}:.+):\d+[NUA]?", re.IGNORECASE)

# Below this many words two texts may be equal by chance ("No comment.", a bare section title).
FEWEST_WORDS_OF_A_COPY = 8


def given_identity(item: Item) -> str | None:
    """The id the source gives, else the link; None where it gives neither.

    A title is never an identity: agencies repeat one title for weeks.
    """
    for candidate in (item.identifier, item.url):
        if name := address(candidate):
            return name if len(name) <= LONGEST_IDENTIFIER else f"sha256:{_digest([name]).hex()}"
    return None


def address(written: str | None) -> str | None:
    """An id or URL as it can be stored, None where nothing is left of it.

    Character for character as the source writes it, but for NUL and the white space around it,
    which go, and lone surrogates, which stay as their escapes.
    """
    stripped = (written or "").replace("\x00", "").strip()
    return stripped.encode("utf-8", "backslashreplace").decode("utf-8") or None


def content_identity(headline: str, body: str) -> str:
    """The identity of what has no other: a digest of its folded text."""
    return f"content:{_digest([fold(headline), fold(body)]).hex()}"


def news_item(external_id: str) -> str | None:
    """The news item that a versioned identifier names, without its version; None for any other.

    RFC 3085: urn:newsml:PROVIDER:DATE:ITEM:REVISION, the revision a number and an update letter.
    """
    named = _NEWSML.fullmatch(external_id)
    return named["item"].casefold() if named else None


def dispatch_id(source: str, external_id: str) -> UUID:
    """The same UUID for the same dispatch on every machine, in any order of arrival."""
    return uuid5(NAMESPACE, f"{source}\n{external_id}")


def item_digest(item: Item) -> bytes:
    """Of everything the item says, before cleaning: 32 bytes.

    Where it stands in its document is left out, since a feed moves its items at every poll, and
    so are the flags of reading, which speak of the document's state and not of the item. So are
    `updated`, which some feeds renew at every poll, `identifier`, which says whose state this is
    and not what it is, and the declared `language`, which only stands in for a detected one.
    """
    return _digest(
        [
            item.headline,
            item.headline_markup,
            item.body,
            item.body_markup,
            item.url,
            item.published,
            item.byline,
            item.dateline,
            item.credit,
            item.slugline,
            list(item.keywords),
            item.urgency,
            item.embargo,
            item.status,
        ]
    )


def content_digest(dispatch: Dispatch) -> bytes:
    """Of the cleaned fields that a source controls: 32 bytes.

    Fields that newswire derives (language, dateline, quality, word count) are left out: a better
    rule of ours must not look like a revision of theirs. So is the status, which is compared by
    itself because a cancel outlasts the versions that follow it.
    """
    return _digest([getattr(dispatch, field) for field in CONTROLLED_FIELDS])


def text_digest(headline: str, body: str) -> bytes | None:
    """Of the folded text, headline aside where the body can stand alone: 32 bytes, or None.

    Outlets put headlines of their own on agency copy, so the body decides; a text too short to
    be known by its body is compared with its headline.
    """
    folded = fold(body)
    if word_count(folded) < 2 * FEWEST_WORDS_OF_A_COPY:
        folded = f"{fold(headline)} {folded}".strip()
        if word_count(folded) < FEWEST_WORDS_OF_A_COPY:
            return None
    return _digest([folded])


def _digest(fields: list[object]) -> bytes:
    # JSON keeps the fields apart: ("ab", "c") and ("a", "bc") must not meet. Lone surrogates,
    # which no encoding takes, stay escaped.
    text = json.dumps(fields, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("ascii")).digest()
