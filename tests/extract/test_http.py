"""HTTP sources against a real server on this machine that misbehaves."""

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from flows.extract.http import HttpLimits, fetch, fetch_with_retries, make_client
from flows.extract.problems import public_url
from flows.model import Cursor, Document, Failed, Fetched, Received, Source, Unmodified
from flows.settings import Settings
from tests.extract.server import Behaviour, Exchange, Server, answer, raw, redirect, without_proxies

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LIMITS = HttpLimits(total_seconds=5.0, max_document_bytes=100_000, max_redirects=3)
FEED = b"<rss><channel><title>Le Phare de Brume</title></channel></rss>"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with pytest.MonkeyPatch.context() as patch:
        without_proxies(patch)
        with make_client(Settings(http_connections=4)) as client:
            yield client


def source_at(url: str) -> Source:
    return Source("phare", "http", url, every=timedelta(minutes=5))


def get(
    client: httpx.Client, url: str, cursor: Cursor | None = None, limits: HttpLimits = LIMITS
) -> Fetched:
    return fetch(source_at(url), cursor, client, limits, lambda: NOON)


def cursor_of(url: str, **known: str) -> Cursor:
    return Cursor("phare", url, **known)


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


@contextmanager
def tls_server(folder: Path) -> Iterator[int]:
    """The port of a server with a self-signed certificate, for one connection."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def shake_hands() -> None:
        connection, _ = listening.accept()
        with suppress(OSError), connection:
            context.wrap_socket(connection, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=shake_hands)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def cut_by_reset(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
    exchange.reset()


def silent(exchange: Exchange) -> None:
    exchange.over.wait()


def slow_headers(exchange: Exchange) -> None:
    exchange.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 1000)


def slow_body(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    exchange.drip(b"z" * 1000)


class TestAServerThatMisbehaves:
    @pytest.mark.parametrize(
        ("behaviour", "code"),
        [
            pytest.param(answer(b"<rss>", length=1000), "cut_off", id="length-too-long"),
            pytest.param(cut_by_reset, "cut_off", id="reset-in-body"),
            pytest.param(
                raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"),
                "cut_off",
                id="last-chunk-missing",
            ),
            pytest.param(
                answer(gzip.compress(FEED)[:-12], "Content-Encoding: gzip"),
                "cut_off",
                id="gzip-cut-off",
            ),
            pytest.param(
                answer(gzip.compress(FEED)[:10] + b"\xff" * 50, "Content-Encoding: gzip"),
                "bad_encoding",
                id="gzip-damaged",
            ),
            pytest.param(
                answer(b"\x0b\x02\x80", "Content-Encoding: br"), "unknown_encoding", id="brotli"
            ),
            pytest.param(raw(b"BANANA 9\r\n\r\n"), "bad_response", id="no-http"),
            pytest.param(raw(b"HTTP/1.1 two hundred\r\n\r\n"), "bad_response", id="no-status"),
            pytest.param(
                raw(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"z" * 300_000 + b"\r\n\r\n"),
                "bad_response",
                id="huge-headers",
            ),
            pytest.param(raw(b""), "disconnected", id="closes-at-once"),
            pytest.param(Exchange.reset, "disconnected", id="resets-at-once"),
            pytest.param(answer(b"z" * 100_001), "too_large", id="too-large"),
            pytest.param(
                raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"z" * 100_001), "too_large", id="endless"
            ),
        ],
    )
    def test_costs_one_failure(
        self, server: Server, client: httpx.Client, behaviour: Behaviour, code: str
    ) -> None:
        outcome = get(client, server.on("/feed", behaviour))
        assert isinstance(outcome, Failed)
        assert outcome.code == code
        assert outcome.message.startswith(server.url("/feed"))
        assert isinstance(get(client, server.on("/feed", answer(FEED))), Received)

    @pytest.mark.parametrize("behaviour", [silent, slow_headers, slow_body])
    def test_is_left_when_the_time_is_over(
        self, server: Server, client: httpx.Client, behaviour: Behaviour
    ) -> None:
        begun = time.monotonic()
        limits = replace(LIMITS, total_seconds=0.2)
        outcome = get(client, server.on("/feed", behaviour), limits=limits)
        assert time.monotonic() - begun < 1.0
        assert isinstance(outcome, Failed)
        assert outcome.code == "timed_out"
        assert "0.2 s" in outcome.message

    def test_has_its_time_counted_over_redirects(
        self, server: Server, client: httpx.Client
    ) -> None:
        server.on("/end", answer(FEED))
        target = server.url("/end")

        def late(exchange: Exchange) -> None:
            exchange.over.wait(0.15)
            redirect(target)(exchange)

        limits = replace(LIMITS, total_seconds=0.1)
        outcome = get(client, server.on("/feed", late), limits=limits)
        assert isinstance(outcome, Failed)
        assert outcome.code == "timed_out"
        assert [exchange.path for exchange in server.asked] == ["/feed"]

    @pytest.mark.parametrize(
        ("coding", "pack"),
        [("gzip", gzip.compress), ("deflate", zlib.compress)],
    )
    def test_cannot_fill_the_memory_with_a_bomb(
        self,
        server: Server,
        client: httpx.Client,
        coding: str,
        pack: Callable[[bytes], bytes],
    ) -> None:
        bomb = pack(bytes(50_000_000))
        url = server.on("/bomb", answer(bomb, f"Content-Encoding: {coding}"))
        tracemalloc.start()
        try:
            outcome = get(client, url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert isinstance(outcome, Failed)
        assert outcome.code == "too_large"
        assert peak < 3_000_000

    def test_in_a_redirect_has_its_body_left_unread(
        self, server: Server, client: httpx.Client
    ) -> None:
        server.on("/end", answer(FEED))
        bomb = gzip.compress(bytes(10_000_000))
        url = server.on(
            "/bomb",
            answer(bomb, "Content-Encoding: gzip", "Location: /end", status="302 Found"),
        )
        assert isinstance(get(client, url), Received)

    def test_that_refuses_connections_is_told_so(self, client: httpx.Client) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        outcome = get(client, f"http://127.0.0.1:{port}/")
        assert isinstance(outcome, Failed)
        assert outcome.code == "refused"

    def test_without_encryption_fails_as_tls(self, server: Server, client: httpx.Client) -> None:
        server.on("/", answer(FEED))
        outcome = get(client, server.url("/", scheme="https"))
        assert isinstance(outcome, Failed)
        assert outcome.code == "tls"

    def test_with_a_certificate_of_its_own_making_fails_as_tls(
        self, client: httpx.Client, tmp_path: Path
    ) -> None:
        with tls_server(tmp_path) as port:
            outcome = get(client, f"https://127.0.0.1:{port}/")
        assert isinstance(outcome, Failed)
        assert outcome.code == "tls"
        assert "certificate" in outcome.message

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            pytest.param(f"http://{'a' * 64}.example/", "name_unknown", id="label-too-long"),
            pytest.param("http://a..example/", "name_unknown", id="label-empty"),
            pytest.param("http://", "bad_url", id="no-host"),
            pytest.param("ftp://example.org/", "bad_url", id="ftp"),
            pytest.param("http://example.org:99999/", "bad_url", id="no-port"),
            pytest.param("http://exa mple.org/", "bad_url", id="space"),
            pytest.param("", "bad_url", id="empty"),
        ],
    )
    def test_that_cannot_exist_is_a_failure_too(
        self, client: httpx.Client, url: str, code: str
    ) -> None:
        outcome = get(client, url)
        assert isinstance(outcome, Failed)
        assert outcome.code == code


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


class TestRetries:
    def fetch(
        self, client: httpx.Client, url: str, now: datetime = NOON
    ) -> tuple[Fetched, list[float]]:
        waited: list[float] = []
        outcome = fetch_with_retries(
            source_at(url),
            None,
            client,
            LIMITS,
            lambda: now,
            wait=waited.append,
            jitter=lambda: 0.5,
        )
        return outcome, waited

    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param(answer(b"", status="502 Bad Gateway"), id="502"),
            pytest.param(answer(b"", status="503 Unavailable"), id="503"),
            pytest.param(answer(b"", status="504 Gateway Timeout"), id="504"),
            pytest.param(raw(b""), id="closed"),
            pytest.param(cut_by_reset, id="cut-off"),
        ],
    )
    def test_heal_what_passes(self, server: Server, client: httpx.Client, fault: Behaviour) -> None:
        outcome, waited = self.fetch(client, server.on("/feed", fault, fault, answer(FEED)))
        assert isinstance(outcome, Received)
        assert waited == [1.0, 2.0]

    def test_end(self, server: Server, client: httpx.Client) -> None:
        outcome, waited = self.fetch(client, server.on("/feed", raw(b"")))
        assert isinstance(outcome, Failed)
        assert len(server.asked) == 3
        assert len(waited) == 2

    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param(answer(b"", status="404 Not Found"), id="404"),
            pytest.param(answer(b"", status="500 Broken"), id="500"),
            pytest.param(answer(b"", status="429 Too Many"), id="429"),
            pytest.param(raw(b"BANANA\r\n\r\n"), id="no-http"),
            pytest.param(redirect("/feed"), id="loop"),
        ],
    )
    def test_spare_what_will_not_heal(
        self, server: Server, client: httpx.Client, fault: Behaviour
    ) -> None:
        outcome, waited = self.fetch(client, server.on("/feed", fault, answer(FEED)))
        assert isinstance(outcome, Failed)
        assert (len(server.asked), waited) == (1, [])

    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Unavailable"])
    @pytest.mark.parametrize(
        ("after", "waited"),
        [
            pytest.param("3", [3.0], id="seconds"),
            pytest.param("Wed, 04 Mar 2026 12:00:04 GMT", [4.0], id="date"),
            pytest.param("Wed, 04 Mar 2026 11:00:00 GMT", [0.0], id="date-past"),
            pytest.param("3600", None, id="too-long"),
            pytest.param("Wed, 04 Mar 2026 13:00:00 GMT", None, id="date-too-far"),
        ],
    )
    def test_keep_to_a_short_retry_after(
        self,
        server: Server,
        client: httpx.Client,
        status: str,
        after: str,
        waited: list[float] | None,
    ) -> None:
        fault = answer(b"", f"Retry-After: {after}", status=status)
        outcome, actual = self.fetch(client, server.on("/feed", fault, answer(FEED)))
        assert isinstance(outcome, Failed if waited is None else Received)
        assert actual == (waited or [])

    def test_pass_over_a_retry_after_that_says_nothing(
        self, server: Server, client: httpx.Client
    ) -> None:
        fault = answer(b"", "Retry-After: soon", status="503 Unavailable")
        outcome, waited = self.fetch(client, server.on("/feed", fault, answer(FEED)))
        assert isinstance(outcome, Received)
        assert waited == [1.0]


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
