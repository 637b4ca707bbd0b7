"""Cleans an item into a dispatch: the one place where the rules of this room meet."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from flows.model import Dispatch, Item, Markup, Rejection, Source, Status
from flows.transform import identity, language
from flows.transform.agencies import normalise_credit
from flows.transform.byline import find_byline, normalise_byline
from flows.transform.credit import split_credit
from flows.transform.dateline import find_dateline
from flows.transform.dates import PLAUSIBLE_AHEAD, Moment, disagrees, read_date
from flows.transform.embargo import Embargo, find_embargo, read_embargo
from flows.transform.fingerprint import prepare, to_bytes
from flows.transform.markup import title_to_text, to_text
from flows.transform.quality import Flag, inspect
from flows.transform.text import clean_line, clean_text, word_count

# Clocks go wrong by minutes and time zones by hours; what lies further ahead is a mistake, or an
# embargo in disguise.
AHEAD = timedelta(days=1)


def transform_all(
    items: Iterable[Item], sources: Mapping[str, Source], received_at: Mapping[str, datetime]
) -> tuple[list[Dispatch], list[Rejection]]:
    """The dispatches of these items, and a rejection for each item that says nothing.

    `sources` by name; `received_at`, by SHA-256, when the documents came.
    """
    dispatches: list[Dispatch] = []
    rejections: list[Rejection] = []
    for item in items:
        result = transform(item, sources[item.source], received_at[item.sha256])
        if isinstance(result, Dispatch):
            dispatches.append(result)
        else:
            rejections.append(result)
    return dispatches, rejections


def transform(item: Item, source: Source, received_at: datetime) -> Dispatch | Rejection:
    """One item as a dispatch.

    Cleaning removes encoding damage and markup, never words; what looks wrong is named in
    `quality`. An item of which nothing readable is left, and that leads nowhere, is a rejection.
    """
    headline, headline_flags = _plain(item.headline, item.headline_markup, title=True)
    text, text_flags = _plain(item.body, item.body_markup)
    body, credit = split_credit(text)
    url = identity.address(item.url)
    if not (headline or body or url or item.status_only):
        return Rejection(
            source=item.source,
            item=f"{item.location}#{item.position}",
            stage="transform",
            code="nothing_readable",
            message="without its markup nothing is left of it, and it has no link",
            sha256=item.sha256,
        )
    published, date_flags = _published(item, source.timezone, received_at)
    embargo = _embargo(item, f"{headline}\n{text}", published, source.timezone)
    spoken = language.detect(f"{headline}\n{body}")
    flags = {*item.quality, *headline_flags, *text_flags}
    if not item.status_only:
        flags |= {*inspect(headline, body), *date_flags}
        if published and disagrees(published, text, spoken, source.timezone):
            flags.add(Flag.DATE_DISAGREES)
    if embargo and embargo.until is None:
        flags.add(Flag.EMBARGO_UNREADABLE)
    if named := _line(item.credit):
        credit = normalise_credit(named) or credit
    byline = _line(item.byline)
    byline = (normalise_byline(byline) if byline else None) or find_byline(body)
    external_id = identity.given_identity(item) or identity.content_identity(headline, body)
    dispatch = Dispatch(
        dispatch_id=identity.dispatch_id(item.source, external_id),
        source=item.source,
        external_id=external_id,
        sha256=item.sha256,
        position=item.position,
        status=_status(item, embargo),
        headline=headline,
        body=body,
        item_digest=identity.item_digest(item),
        content_digest=b"",
        text_digest=identity.text_digest(headline, body),
        signature=to_bytes(prepare(headline, body)),
        language=spoken or _language_code(item.language) or source.language,
        credit=credit or source.agency,
        byline=byline,
        dateline=_line(item.dateline) or _dateline(body),
        url=url,
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        embargoed_until=embargo.until if embargo else None,
        urgency=item.urgency,
        slugline=_line(item.slugline),
        keywords=tuple(word for one in item.keywords if (word := _line(one))),
        word_count=word_count(body),
        quality=tuple(sorted(flags)),
        updated_at=_moment(item.updated, source.timezone),
        status_only=item.status_only,
        location=item.location,
    )
    return replace(dispatch, content_digest=identity.content_digest(dispatch))


def _plain(text: str, markup: Markup, *, title: bool = False) -> tuple[str, tuple[str, ...]]:
    if markup == "html":
        text = title_to_text(text) if title else to_text(text)
    cleaned, flags = clean_text(text)
    return (clean_line(cleaned), flags) if title else (cleaned, flags)


def _line(text: str | None) -> str | None:
    return clean_line(text) or None if text else None


def _published(item: Item, timezone: str, received_at: datetime) -> tuple[Moment | None, set[Flag]]:
    """When the item says it was published, or where it does not, updated; and what is amiss."""
    flags: set[Flag] = set()
    for written in (item.published, item.updated):
        if not written or not written.strip():
            continue
        moment = read_date(written, timezone)
        if moment is None:
            flags.add(Flag.DATE_UNREADABLE)
            continue
        if moment.at > received_at + AHEAD:
            flags.add(Flag.DATE_IN_FUTURE)
        if moment.at <= received_at + PLAUSIBLE_AHEAD:
            return moment, flags
    return None, flags or {Flag.NO_DATE}


def _moment(written: str | None, timezone: str) -> datetime | None:
    moment = read_date(written, timezone) if written else None
    return moment.at if moment else None


def _embargo(item: Item, text: str, published: Moment | None, timezone: str) -> Embargo | None:
    if item.embargo is not None:
        return read_embargo(item.embargo, published, timezone)
    return find_embargo(text, published, timezone)


def _status(item: Item, embargo: Embargo | None) -> Status:
    """An embargo that cannot be read means held back, never shown."""
    if item.status == "usable" and embargo is not None and embargo.until is None:
        return "withheld"
    return item.status


def _dateline(body: str) -> str | None:
    found = find_dateline(body)
    return found.text if found else None


def _language_code(declared: str | None) -> str | None:
    """The ISO 639-1 code of a declared language: "fr-FR" is "fr"; longer codes are not ours."""
    code = (declared or "").strip().lower().replace("_", "-").partition("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
