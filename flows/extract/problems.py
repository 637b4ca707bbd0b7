"""Web addresses as they may be used and shown, and what can go wrong in asking for them.

A problem has a stable code and a message that says what to do.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpcore
import httpx

_LOGIN = re.compile(r"^(\s*[a-z][a-z0-9+.-]*:)?//[^/?#]*@", re.IGNORECASE)
_SECRET = re.compile(
    r"([?&;][^=&;#]*(?:auth|credentials?|key|pass|passwd|password|pwd|secret|sig|signature|token)=)"
    r"[^&;#]*",
    re.IGNORECASE,
)
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%\S+)?")  # a name in ASCII, or IPv6
_NEXT_POLL = "it is tried again at the next poll"


@dataclass(eq=False)
class Problem(Exception):
    """Why there is no document; raised and caught inside of one fetch."""

    code: str
    message: str
    again: bool = False  # may heal within seconds
    after: float | None = None  # seconds that the server asked to wait


def public_url(url: str) -> str:
    """`url` without login, and with *** for the values of parameters that are secrets by name.

    What may be shown and stored; the same for a URL that is public already.
    """
    return _SECRET.sub(r"\1***", _LOGIN.sub(r"\1//", url.strip()))


def http_address(location: str) -> str | None:
    """What is asked for at `location`, written in one way; None: it is no web address.

    Logins and fragments are not part of it.
    """
    try:
        # Twice: the first turn drops the default port of none but lower-case schemes.
        url = httpx.URL(str(httpx.URL(location)))
        _ = url.host  # decodes the name, and so finds what only pretends to be one
    except (httpx.InvalidURL, UnicodeError):
        return None
    host = url.raw_host.decode("ascii")
    if url.scheme not in ("http", "https") or (url.port or 0) > 65_535 or not _HOST.fullmatch(host):
        return None
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"


def of_status(status: int, location: str, after: float | None) -> Problem:
    """The problem that an HTTP status other than success is."""
    match status:
        case 401 | 407:
            code = "unauthorized"
            advice = "put the user and password into its location, https://user:password@host/…"
        case 403:
            code = "forbidden"
            advice = "ask the publisher for access, or set NEWSWIRE_USER_AGENT"
        case 404:
            code, advice = "not_found", "correct its location, or disable the source"
        case 410:
            code, advice = "gone", "the publisher has ended it: disable the source"
        case 429:
            code, advice = "rate_limited", "asked too often: raise the source's `every`"
        case 502 | 503 | 504:
            code, advice = "unavailable", _NEXT_POLL
        case _ if 500 <= status < 600:
            code, advice = "server_error", _NEXT_POLL
        case _ if 400 <= status < 500:
            code, advice = "client_error", "open it in a browser and correct its location"
        case _ if 300 <= status < 400:
            code, advice = "bad_redirect", "no usable redirect: tell the publisher"
        case _:
            code, advice = "unexpected_status", "no document came with it: tell the publisher"
    again = code == "unavailable" or (code == "rate_limited" and after is not None)
    return Problem(code, f"{location}: HTTP {status}: {advice}", again, after)


# The first row whose class is the error's, or one of its causes': the code, what to do, and
# whether it may heal within seconds.
_ERRORS: tuple[tuple[type[BaseException], str, str, bool], ...] = (
    (
        ssl.SSLCertVerificationError,
        "tls",
        "its certificate is not valid ({reason}): tell the publisher",
        False,
    ),
    (ssl.SSLError, "tls", "no encrypted connection ({reason}): tell the publisher", False),
    (socket.gaierror, "name_unknown", "no host of this name is known: correct the location", False),
    (UnicodeError, "name_unknown", "that is no host name: correct the location", False),
    (httpx.InvalidURL, "bad_redirect", "redirected to no web address: tell the publisher", False),
    (ConnectionRefusedError, "refused", f"the server refuses connections: {_NEXT_POLL}", True),
    (
        httpx.ConnectTimeout,
        "timed_out",
        f"no connection within the time allowed: {_NEXT_POLL}",
        True,
    ),
    (
        httpx.TimeoutException,
        "timed_out",
        f"no complete answer within {{seconds:g}} s: {_NEXT_POLL}; if it is always slow, raise "
        "NEWSWIRE_HTTP_TOTAL_SECONDS",
        True,
    ),
    (
        httpx.ConnectError,
        "unreachable",
        f"the server cannot be reached ({{reason}}): {_NEXT_POLL}",
        True,
    ),
    (
        httpx.NetworkError,
        "disconnected",
        f"the connection broke before an answer: {_NEXT_POLL}",
        True,
    ),
    (
        httpx.ProxyError,
        "proxy",
        "the proxy does not let it through: check http_proxy and https_proxy",
        False,
    ),
    (
        httpx.RemoteProtocolError,
        "bad_response",
        "the answer is not HTTP, or its headers are too large: correct the location",
        False,
    ),
    (Exception, "bad_url", "that is no usable address: correct the location", False),
)


def of_error(
    error: httpx.HTTPError | httpx.InvalidURL | UnicodeError, location: str, total_seconds: float
) -> Problem:
    """The problem that an error of httpx is, met before or between the parts of a body."""
    causes = tuple(_causes(error))
    root = causes[-1]
    if isinstance(root, socket.gaierror) and root.errno == socket.EAI_AGAIN:
        what = f"no name server answers: check this machine's network; {_NEXT_POLL}"
        return Problem("name_unknown", f"{location}: {what}", again=True)
    if isinstance(root, httpcore.RemoteProtocolError):
        # Without an error of the HTTP parser underneath, the server just closed.
        what = f"the connection closed without an answer: {_NEXT_POLL}"
        return Problem("disconnected", f"{location}: {what}", again=True)
    (_, code, advice, again), cause = next(
        (row, cause) for row in _ERRORS for cause in causes if isinstance(cause, row[0])
    )
    reason = _reason(cause if isinstance(cause, OSError) else root)
    what = advice.format(reason=reason, seconds=total_seconds)
    return Problem(code, f"{location}: {what}", again)


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError):
        return error.strerror or error.__class__.__name__
    return error.__class__.__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        # httpcore raises anew `from None`, which leaves the cause in the context alone.
        following = following.__cause__ or following.__context__
