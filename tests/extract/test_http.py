"""HTTP sources against a real server on this machine: what is asked, and what is made of it."""

import gzip
import zlib
from dataclasses import replace

import httpx
import pytest

from flows.extract.http import make_client
from flows.extract.problems import public_url
from flows.model import Cursor, Document, Failed, Received, Unmodified
from flows.settings import Settings
from tests.extract.fetching import FEED, LIMITS, NOON, cursor_of, get
from tests.extract.server import (
    Behaviour,
    Server,
    answer,
    raw,
    redirect,
    without_proxies,
)


class TestADocument:
    def test_is_received_with_what_the_server_says_of_it(
        self, server: Server, client: httpx.Client
    ) -> None:
        url = server.on(
            "/feed",
            answer(
                FEED,
                'ETag: W/"v1"',
                "Last-Modified: Wed, 04 Mar 2026 11:00:00 GMT",
                "Content-Type: Application/RSS+xml; charset=UTF-8",
            ),
        )
        outcome = get(client, url)
        assert isinstance(outcome, Received)
        assert outcome.document == Document(
            source="phare",
            location=url,
            body=FEED,
            received_at=NOON,
            sha256=Document.digest(FEED),
            media_type="application/rss+xml",
            charset="utf-8",
            base_url=url,
        )
        assert outcome.cursor == Cursor(
            "phare",
            url,
            etag='W/"v1"',
            last_modified="Wed, 04 Mar 2026 11:00:00 GMT",
            sha256=Document.digest(FEED),
        )
        assert outcome.http_status == 200
        assert outcome.seconds > 0

    def test_may_be_empty(self, server: Server, client: httpx.Client) -> None:
        outcome = get(client, server.on("/empty", answer(b"")))
        assert isinstance(outcome, Received)
        assert outcome.document.body == b""

    @pytest.mark.parametrize(
        ("content_type", "media_type", "charset"),
        [
            pytest.param('text/xml; charset="iso-8859-1"', "text/xml", "iso-8859-1", id="quoted"),
            pytest.param("text/xml;charset='utf8'", "text/xml", "utf8", id="single-quoted"),
            pytest.param("text/xml; CHARSET = UTF-8;", "text/xml", "utf-8", id="spaced"),
            pytest.param("text/xml; charset=", "text/xml", None, id="charset-empty"),
            pytest.param("text/xml; charset=klingon-8", "text/xml", "klingon-8", id="unknown"),
            pytest.param("xml", "application/octet-stream", None, id="no-type"),
            pytest.param("; charset=utf-8", "application/octet-stream", "utf-8", id="charset-only"),
            pytest.param("", "application/octet-stream", None, id="empty"),
        ],
    )
    def test_has_a_content_type_read_leniently(
        self,
        server: Server,
        client: httpx.Client,
        content_type: str,
        media_type: str,
        charset: str | None,
    ) -> None:
        outcome = get(client, server.on("/", answer(FEED, f"Content-Type: {content_type}")))
        assert isinstance(outcome, Received)
        assert (outcome.document.media_type, outcome.document.charset) == (media_type, charset)

    @pytest.mark.parametrize(
        ("coding", "sent"),
        [
            pytest.param("gzip", gzip.compress(FEED), id="gzip"),
            pytest.param("x-gzip", gzip.compress(FEED), id="x-gzip"),
            pytest.param(
                "gzip", gzip.compress(FEED[:9]) + gzip.compress(FEED[9:]), id="gzip-members"
            ),
            pytest.param("gzip", gzip.compress(FEED) + b"\0\0", id="gzip-padded"),
            pytest.param("deflate", zlib.compress(FEED), id="deflate"),
            pytest.param("deflate", zlib.compress(FEED, wbits=-15), id="deflate-bare"),
            pytest.param("gzip", FEED, id="said-to-be-gzip"),
            pytest.param("utf-8", FEED, id="no-coding"),
            pytest.param("identity", FEED, id="identity"),
        ],
    )
    def test_is_inflated(
        self, server: Server, client: httpx.Client, coding: str, sent: bytes
    ) -> None:
        outcome = get(client, server.on("/", answer(sent, f"Content-Encoding: {coding}")))
        assert isinstance(outcome, Received)
        assert outcome.document.body == FEED

    def test_larger_than_one_step_is_inflated_whole(
        self, server: Server, client: httpx.Client
    ) -> None:
        body = b"".join(b"%d depeche\n" % number for number in range(200_000))
        limits = replace(LIMITS, max_document_bytes=len(body))
        for coding, sent in (
            ("gzip", gzip.compress(body, 1)),
            ("deflate", zlib.compress(body, wbits=-15)),
        ):
            url = server.on("/", answer(sent, f"Content-Encoding: {coding}"))
            outcome = get(client, url, limits=limits)
            assert isinstance(outcome, Received)
            assert outcome.document.body == body

    def test_sent_in_chunks_is_put_together(self, server: Server, client: httpx.Client) -> None:
        chunked = (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<rss\r\n1\r\n>\r\n0\r\n\r\n"
        )
        outcome = get(client, server.on("/", raw(chunked)))
        assert isinstance(outcome, Received)
        assert outcome.document.body == b"<rss>"


class TestAskingAgain:
    @pytest.mark.parametrize(
        ("etag", "sent"),
        [
            pytest.param('"v1"', '"v1"', id="strong"),
            pytest.param('W/"v1"', 'W/"v1"', id="weak"),
            pytest.param("v1", "v1", id="unquoted"),
            pytest.param('"v1-gzip"', '"v1-gzip", "v1"', id="apache-gzip"),
            pytest.param('W/"v1-gzip"', 'W/"v1-gzip", W/"v1"', id="weak-apache-gzip"),
            pytest.param('"v1--gzip"', '"v1--gzip", "v1"', id="jetty-gzip"),
            pytest.param('"a-gzip-b"', '"a-gzip-b"', id="gzip-inside"),
            pytest.param('"\xe9t\xe9"', '"\xe9t\xe9"', id="not-ascii"),
        ],
    )
    def test_sends_back_what_the_server_gave(
        self, server: Server, client: httpx.Client, etag: str, sent: str
    ) -> None:
        modified = "Wed, 04 Mar 2026 11:00:00 +0100 (verbatim)"
        url = server.on(
            "/feed",
            answer(FEED, f"ETag: {etag}", f"Last-Modified: {modified}"),
            raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        )
        first = get(client, url)
        assert isinstance(first, Received)
        second = get(client, url, first.cursor)
        assert isinstance(second, Unmodified)
        assert (second.outcome, second.http_status, second.cursor) == ("not_modified", 304, None)
        assert "if-none-match" not in server.asked[0].headers
        assert server.asked[1].headers["if-none-match"] == sent
        assert server.asked[1].headers["if-modified-since"] == modified

    def test_finds_the_same_bytes_unchanged_and_moves_the_cursor(
        self, server: Server, client: httpx.Client
    ) -> None:
        url = server.on("/feed", answer(FEED, 'ETag: "new"'))
        sha256 = Document.digest(FEED)
        outcome = get(client, url, cursor_of(url, etag='"old"', sha256=sha256))
        assert isinstance(outcome, Unmodified)
        assert (outcome.outcome, outcome.http_status) == ("unchanged", 200)
        assert outcome.cursor == cursor_of(url, etag='"new"', sha256=sha256)

    def test_leaves_a_cursor_that_says_the_same(self, server: Server, client: httpx.Client) -> None:
        url = server.on("/feed", answer(FEED))
        outcome = get(client, url, cursor_of(url, sha256=Document.digest(FEED)))
        assert isinstance(outcome, Unmodified)
        assert outcome.cursor is None

    def test_receives_other_bytes(self, server: Server, client: httpx.Client) -> None:
        url = server.on("/feed", answer(FEED))
        assert isinstance(get(client, url, cursor_of(url, sha256="0" * 64)), Received)

    def test_that_was_unconditional_accepts_no_304(
        self, server: Server, client: httpx.Client
    ) -> None:
        url = server.on("/feed", raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"))
        outcome = get(client, url)
        assert isinstance(outcome, Failed)
        assert (outcome.code, outcome.http_status) == ("bad_redirect", 304)

    def test_sends_no_cookies(self, server: Server, client: httpx.Client) -> None:
        url = server.on("/feed", answer(FEED, "Set-Cookie: reader=7"))
        get(client, url)
        get(client, url)
        assert "cookie" not in server.asked[1].headers


class TestAStatus:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (401, "unauthorized"),
            (403, "forbidden"),
            (404, "not_found"),
            (410, "gone"),
            (418, "client_error"),
            (429, "rate_limited"),
            (500, "server_error"),
            (502, "unavailable"),
            (503, "unavailable"),
            (504, "unavailable"),
            (204, "unexpected_status"),
            (302, "bad_redirect"),
        ],
    )
    def test_that_brings_no_document_has_a_code_and_says_what_to_do(
        self, server: Server, client: httpx.Client, status: int, code: str
    ) -> None:
        url = server.on("/feed", raw(f"HTTP/1.1 {status} Whatever\r\n\r\n".encode()))
        outcome = get(client, url)
        assert isinstance(outcome, Failed)
        assert (outcome.code, outcome.http_status, outcome.location) == (code, status, url)
        assert outcome.message.startswith(f"{url}: HTTP {status}: ")
        assert "\n" not in outcome.message


class TestARedirect:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_is_followed_and_tells_where_links_start(
        self, server: Server, client: httpx.Client, status: int
    ) -> None:
        server.on("/new/feed", answer(FEED))
        url = server.on("/old", redirect("/new/feed", f"{status} Moved"))
        outcome = get(client, url)
        assert isinstance(outcome, Received)
        assert outcome.document.location == url
        assert outcome.document.base_url == server.url("/new/feed")

    def test_for_good_is_noted(
        self, server: Server, client: httpx.Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO", "flows")
        server.on("/new", answer(FEED))
        get(client, server.on("/for-now", redirect("/new")))
        assert not caplog.messages
        get(client, server.on("/for-good", redirect("/new", "301 Moved Permanently")))
        assert caplog.messages == [
            f'source "phare" has moved for good: set its location to {server.url("/new")}'
        ]

    @pytest.mark.parametrize(
        ("target", "code"),
        [
            pytest.param("/feed", "redirect_loop", id="to-itself"),
            pytest.param("/back", "redirect_loop", id="in-a-circle"),
            pytest.param("/1", "too_many_redirects", id="too-far"),
            pytest.param("file:///etc/passwd", "bad_redirect", id="to-a-file"),
            pytest.param("gopher://127.0.0.1/", "bad_redirect", id="off-the-web"),
            pytest.param("http://[::1", "bad_redirect", id="to-no-address"),
            pytest.param("http://xn--/", "name_unknown", id="to-no-name"),
            pytest.param("http://127.0.0.1:99999/", "bad_redirect", id="to-no-port"),
        ],
    )
    def test_that_leads_nowhere_fails(
        self, server: Server, client: httpx.Client, target: str, code: str
    ) -> None:
        server.on("/back", redirect("/feed"))
        for hop in range(1, 6):
            server.on(f"/{hop}", redirect(f"/{hop + 1}"))
        outcome = get(client, server.on("/feed", redirect(target)))
        assert isinstance(outcome, Failed)
        assert outcome.code == code
        assert len(server.asked) <= LIMITS.max_redirects + 1


class TestSecrets:
    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("https://anna:pa55@example.org/f", "https://example.org/f"),
            ("https://anna:p@55@example.org/f", "https://example.org/f"),
            ("https://example.org/f?id=7&token=t0k", "https://example.org/f?id=7&token=***"),
            ("https://example.org/f?api_key=k;x=1#y", "https://example.org/f?api_key=***;x=1#y"),
            ("https://example.org/f?keyword=a", "https://example.org/f?keyword=a"),
            ("//anna:pa55@example.org", "//example.org"),
            ("https://example.org/@anna", "https://example.org/@anna"),
        ],
    )
    def test_do_not_stand_in_what_is_shown(self, url: str, shown: str) -> None:
        assert public_url(url) == shown
        assert public_url(shown) == shown

    @pytest.mark.parametrize(
        "behaviour",
        [
            pytest.param(answer(FEED), id="received"),
            pytest.param(answer(b"", status="404 Not Found"), id="not-found"),
            pytest.param(answer(FEED, length=999), id="cut-off"),
            pytest.param(redirect("/?token=t0k&again"), id="redirected"),
        ],
    )
    def test_do_not_stand_in_any_outcome(
        self,
        server: Server,
        client: httpx.Client,
        behaviour: Behaviour,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level("INFO")
        server.on("/?token=t0k", behaviour)
        server.on("/?token=t0k&again", answer(b"", status="500 Broken"))
        outcome = get(client, server.url("/?token=t0k", login="anna:pa%C3%A9ss@"))
        for told in (repr(outcome), caplog.text):
            assert "t0k" not in told
            assert "anna" not in told
            assert "ss@" not in told

    def test_are_sent_to_their_host_alone(self, server: Server, client: httpx.Client) -> None:
        server.on("/feed", redirect(f"http://localhost:{server.port}/elsewhere"))
        server.on("/elsewhere", answer(FEED))
        assert isinstance(get(client, server.url("/feed", login="anna:pa55@")), Received)
        first, second = server.asked
        assert first.headers["authorization"] == "Basic YW5uYTpwYTU1"
        assert "@" not in first.headers["host"]
        assert "authorization" not in second.headers


class TestAProxy:
    def test_of_the_environment_is_used_except_where_it_says_not_to(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_proxies(monkeypatch)
        monkeypatch.setenv("http_proxy", server.url("", login="anna:pa55@"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        server.on("http://news.example/feed", answer(FEED))
        server.on("/feed", answer(b"direct"))
        with make_client(Settings()) as client:
            through = get(client, "http://news.example/feed")
            direct = get(client, server.url("/feed"))
        assert isinstance(through, Received)
        assert through.document.body == FEED
        assert isinstance(direct, Received)
        assert direct.document.body == b"direct"
        assert server.asked[0].headers["proxy-authorization"] == "Basic YW5uYTpwYTU1"
