"""HTTP sources: one conditional GET, its answer as a value, and short retries of what can heal."""

import base64
import logging
import random
import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import unquote

import httpx

from flows.extract import inflate
from flows.extract.problems import Problem, http_address, of_error, of_status, public_url
from flows.extract.transport import DEADLINE, DeadlineTransport
from flows.model import Cursor, Document, Failed, Fetched, Received, Source, Unmodified
from flows.settings import Settings

log = logging.getLogger(__name__)

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.9, */*;q=0.5"
)
RETRIES = 2
BACKOFF_SECONDS = 1.0  # before the first retry, doubled for each further, give or take a half
LONGEST_RETRY_AFTER = 10.0  # seconds; what asks for more is left to the next poll

_HEADER_TEXT = "latin-1"  # every byte a character: what was received is sent back unchanged
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.ASCII | re.IGNORECASE)
_COMPRESSED_TAG = re.compile(r'(-|--|;)(gzip|br|deflate|df)(?="?$)')


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long a request may take in all, seconds; how large a body may be, bytes inflated."""

    total_seconds: float
    max_document_bytes: int
    max_redirects: int

    @classmethod
    def of(cls, settings: Settings) -> "HttpLimits":
        """The limits that are set."""
        return cls(
            settings.http_total_seconds, settings.max_document_bytes, settings.http_max_redirects
        )


@dataclass(frozen=True, slots=True)
class _Attempt:
    outcome: Fetched
    again: bool = False  # it may heal within seconds
    after: float | None = None  # seconds that the server asked to wait


def make_client(settings: Settings) -> httpx.Client:
    """The client that all sources share; any number of threads may use it at once.

    It keeps no cookies: what a poll returns depends on the source alone, not on polls before it.
    Close it when done. Raises ConfigurationError where the environment names an unusable proxy.
    """
    # httpx logs every URL it asks for, with the tokens that stand in some.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return httpx.Client(
        transport=DeadlineTransport(settings.http_connections),
        headers={
            "User-Agent": settings.user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": inflate.ACCEPTED,
        },
        timeout=httpx.Timeout(
            settings.http_total_seconds,
            connect=min(settings.http_connect_seconds, settings.http_total_seconds),
        ),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )


def fetch_with_retries(
    source: Source,
    cursor: Cursor | None,
    client: httpx.Client,
    limits: HttpLimits,
    clock: Callable[[], datetime],
    *,
    wait: Callable[[float], object] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> Fetched:
    """Like `fetch`, tried up to `RETRIES` times more where that may help.

    That is after faults of the connection, timeouts, and 502, 503 and 504, with exponential
    backoff; after these, and after 429, a Retry-After of up to `LONGEST_RETRY_AFTER` seconds is
    kept to, and a longer one ends the matter. `wait` takes seconds; `jitter` returns 0..1.
    """
    begun = time.monotonic()
    for retry in range(RETRIES):
        attempt = _attempt(source, cursor, client, limits, clock)
        if not attempt.again or (attempt.after or 0.0) > LONGEST_RETRY_AFTER:
            break
        backoff = BACKOFF_SECONDS * 2**retry * (0.5 + jitter())
        wait(backoff if attempt.after is None else attempt.after)
    else:
        attempt = _attempt(source, cursor, client, limits, clock)
    return replace(attempt.outcome, seconds=time.monotonic() - begun)


def fetch(
    source: Source,
    cursor: Cursor | None,
    client: httpx.Client,
    limits: HttpLimits,
    clock: Callable[[], datetime],
) -> Fetched:
    """Ask an http source for its document once; nothing the network does raises.

    `cursor` is the source's, if it was fetched before; `clock` gives the time with its zone.
    `Received` is a body that differs from the cursor's, even an empty one; `Unmodified` a 304,
    or the same bytes again; `Failed` has a code and what to do. Their location is the source's
    without credentials (`problems.public_url`). A deadline of `limits.total_seconds` covers
    redirects and body; looking up the host's name alone may take longer, as the system sees fit.
    """
    return _attempt(source, cursor, client, limits, clock).outcome


def _attempt(
    source: Source,
    cursor: Cursor | None,
    client: httpx.Client,
    limits: HttpLimits,
    clock: Callable[[], datetime],
) -> _Attempt:
    begun = time.monotonic()
    location = public_url(source.location)
    status = None
    try:
        request = _request(source.location, cursor, client, begun + limits.total_seconds)
        with closing(_final_response(client, request, limits, source)) as response:
            status = response.status_code
            if status == 304 and cursor is not None and _conditions(cursor):
                seconds = time.monotonic() - begun
                return _Attempt(
                    Unmodified(source.name, location, "not_modified", seconds, http_status=304)
                )
            if status not in (200, 203):
                raise of_status(status, location, _retry_after(response, clock()))
            received_at = clock()
            body = _body(response, location, limits, begun + limits.total_seconds)
            outcome = _outcome(source, cursor, response, body, received_at)
            return _Attempt(replace(outcome, seconds=time.monotonic() - begun))
    except Problem as error:
        problem = error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        problem = of_error(error, location, limits.total_seconds)
    failed = Failed(
        source.name, location, problem.code, problem.message, time.monotonic() - begun, status
    )
    return _Attempt(failed, problem.again, problem.after)


def _request(
    location: str, cursor: Cursor | None, client: httpx.Client, deadline: float
) -> httpx.Request:
    if http_address(location) is None:
        raise Problem(
            "bad_url", f"{public_url(location)}: no http:// or https:// address: correct it"
        )
    url = httpx.URL(location)
    headers = _conditions(cursor) if cursor is not None else {}
    if url.userinfo:
        # Sent as a header, so that the URL that httpx and servers log holds no password; httpx
        # drops it where a redirect leads to another host.
        login = unquote(url.userinfo.decode("ascii")).encode()
        headers["Authorization"] = b"Basic " + base64.b64encode(login)
    return client.build_request(
        "GET",
        url.copy_with(userinfo=b"", fragment=None),
        headers={name.encode(): value for name, value in headers.items()},
        extensions={DEADLINE: deadline},
    )


def _conditions(cursor: Cursor) -> dict[str, bytes]:
    """If-None-Match and If-Modified-Since, as the server gave them.

    Apache's mod_deflate appends "-gzip" (Jetty "--gzip") to the tag of a compressed answer and
    then does not know it again, so the bare tag goes along: RFC 9110 allows a list.
    """
    headers = {}
    if cursor.etag:
        bare = _COMPRESSED_TAG.sub("", cursor.etag)
        tags = cursor.etag if bare == cursor.etag else f"{cursor.etag}, {bare}"
        headers["If-None-Match"] = tags.encode(_HEADER_TEXT)
    if cursor.last_modified:
        headers["If-Modified-Since"] = cursor.last_modified.encode(_HEADER_TEXT)
    return headers


def _final_response(
    client: httpx.Client, request: httpx.Request, limits: HttpLimits, source: Source
) -> httpx.Response:
    """The response after redirects, its body unread.

    Followed here, as httpx reads the body of each redirect, of whatever size.
    """
    visited: list[str] = []
    permanent = True
    while True:
        visited.append(str(request.url))
        response = client.send(request, stream=True)
        if response.next_request is None:
            if permanent and len(visited) > 1 and response.status_code in (200, 304):
                log.info(
                    'source "%s" has moved for good: set its location to %s',
                    source.name,
                    public_url(str(request.url)),
                )
            return response
        response.close()
        permanent = permanent and response.status_code in (301, 308)
        request = response.next_request
        target = public_url(str(request.url))
        asked = public_url(visited[0])
        if http_address(str(request.url)) is None:
            raise Problem(
                "bad_redirect",
                f"{asked}: redirected to {target}, which is no web address: tell the publisher",
            )
        if str(request.url) in visited:
            raise Problem(
                "redirect_loop",
                f"{asked}: redirected in a circle, back to {target}: open it in a browser and "
                "correct the location",
            )
        if len(visited) > limits.max_redirects:
            raise Problem(
                "too_many_redirects",
                f"{asked}: redirected more than {limits.max_redirects} times, last to {target}: "
                "correct the location, or raise NEWSWIRE_HTTP_MAX_REDIRECTS",
            )


def _body(response: httpx.Response, location: str, limits: HttpLimits, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        for part in inflate.inflated(
            response.iter_raw(), response.headers.get("Content-Encoding", "")
        ):
            parts.append(part)
            size += len(part)
            if size > limits.max_document_bytes:
                raise Problem(
                    "too_large",
                    f"{location}: more than {limits.max_document_bytes:,} bytes: correct the "
                    "location if that is no feed, or raise NEWSWIRE_MAX_DOCUMENT_BYTES",
                )
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the time for the whole request is over")
    except (httpx.NetworkError, httpx.RemoteProtocolError, inflate.CutShort):
        raise Problem(
            "cut_off",
            f"{location}: the answer broke off after {size:,} bytes: it is tried again at the "
            "next poll",
            again=True,
        ) from None
    except inflate.Damaged:
        raise Problem(
            "bad_encoding", f"{location}: the compressed answer is damaged: tell the publisher"
        ) from None
    except inflate.UnknownCoding as error:
        raise Problem(
            "unknown_encoding",
            f"{location}: the answer is coded as {str(error)[:40]!r}, which was not asked for: "
            "tell the publisher",
        ) from None
    return b"".join(parts)


def _outcome(
    source: Source,
    cursor: Cursor | None,
    response: httpx.Response,
    body: bytes,
    received_at: datetime,
) -> Received | Unmodified:
    location = public_url(source.location)
    sha256 = Document.digest(body)
    moved = Cursor(
        source.name,
        location,
        etag=_header(response, b"etag"),
        last_modified=_header(response, b"last-modified"),
        sha256=sha256,
    )
    if cursor is not None and cursor.sha256 == sha256:
        return Unmodified(
            source.name,
            location,
            "unchanged",
            0.0,
            http_status=response.status_code,
            cursor=None if moved == cursor else moved,
        )
    content_type = _header(response, b"content-type") or ""
    media_type = _MEDIA_TYPE.match(content_type.strip())
    charset = _CHARSET.search(content_type)
    document = Document(
        source=source.name,
        location=location,
        body=body,
        received_at=received_at,
        sha256=sha256,
        media_type=media_type[0].lower() if media_type else "application/octet-stream",
        charset=charset[1].lower() if charset else None,
        base_url=public_url(str(response.url)),
    )
    return Received(document, moved, 0.0, http_status=response.status_code)


def _header(response: httpx.Response, name: bytes) -> str | None:
    """The first header of this name, each byte a character."""
    values = (value for key, value in response.headers.raw if key.lower() == name)
    value = next(values, b"").decode(_HEADER_TEXT).strip()
    return value or None


def _retry_after(response: httpx.Response, now: datetime) -> float | None:
    """Seconds that Retry-After asks for, as a number or a date (RFC 9110, 10.2.3)."""
    value = (_header(response, b"retry-after") or "")[:64]
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000": UTC, RFC 5322
        moment = moment.replace(tzinfo=now.tzinfo)
    return max(0.0, (moment - now).total_seconds())
