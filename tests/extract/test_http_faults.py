"""HTTP sources whose server misbehaves cost one failure, in time and in memory."""

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
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from flows.model import Failed, Received
from tests.extract.fetching import FEED, LIMITS, get
from tests.extract.server import Behaviour, Exchange, Server, answer, cut_by_reset, raw, redirect


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
