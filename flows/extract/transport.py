"""An httpx transport that keeps a deadline over the whole request.

httpx's timeouts start anew with every read, so a server that sends one byte at a time, in its
headers as in its body, or a name with many dead addresses, holds a thread for hours. The time is
kept where all waiting happens: in the connections.
"""

import socket
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from flows.errors import ConfigurationError

DEADLINE = "deadline"  # the request extension: a moment of time.monotonic(), in seconds


class DeadlineTransport(httpx.BaseTransport):
    """Sends requests directly, or through the proxy that the environment names for the host.

    Without the extension `DEADLINE` a request is bounded by httpx's own timeouts alone. Given a
    transport, httpx no longer looks for proxies, so this one does: http_proxy, https_proxy,
    all_proxy and no_proxy, or the system's settings on macOS and Windows.

    Raises ConfigurationError where a proxy is named that cannot be used.
    """

    def __init__(self, connections: int) -> None:
        self._remaining = _Remaining()
        self._connections = connections
        self._tls = httpx.create_ssl_context()
        self._direct = self._pool(None)
        self._proxied = {
            scheme: self._pool(_proxy(scheme, url))
            for scheme, url in urllib.request.getproxies().items()
            if scheme in ("http", "https", "all")
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response, its body not yet read; raises httpx.TransportError."""
        deadline = request.extensions.get(DEADLINE)
        url = request.url
        with self._remaining.until(deadline), _httpx_errors():
            response = self._pool_for(url).handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme,
                        host=url.raw_host,
                        port=url.port,
                        target=url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response.stream, self._remaining, deadline),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        for pool in (self._direct, *self._proxied.values()):
            pool.close()

    def _pool(self, proxy: httpcore.Proxy | None) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._tls,
            proxy=proxy,
            max_connections=self._connections,
            max_keepalive_connections=self._connections,
            keepalive_expiry=5.0,  # httpx's default
            network_backend=_Backend(self._remaining),
        )

    def _pool_for(self, url: httpx.URL) -> httpcore.ConnectionPool:
        pool = self._proxied.get(url.scheme) or self._proxied.get("all")
        return self._direct if pool is None or urllib.request.proxy_bypass(url.host) else pool


class _Remaining(threading.local):
    """How long the request that this thread is at may still take."""

    deadline: float | None = None

    @contextmanager
    def until(self, deadline: float | None) -> Iterator[None]:
        before, self.deadline = self.deadline, deadline
        try:
            yield
        finally:
            self.deadline = before

    def of(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
        """Seconds that one step may take; raises `late` where none are left."""
        if self.deadline is None:
            return timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("the time for the whole request is over")
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, remaining: _Remaining) -> None:
        self._remaining = remaining
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        # One address at a time: left to the system, each would get the whole timeout.
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        refused: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in dict.fromkeys(str(each[4][0]) for each in found):
            left = self._remaining.of(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._backend.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
            else:
                return _Stream(stream, self._remaining)
        raise refused or httpcore.ConnectError(f"{host} has no address")

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, remaining: _Remaining) -> None:
        self._stream = stream
        self._remaining = remaining

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._remaining.of(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._remaining.of(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._remaining.of(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._remaining)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any, remaining: _Remaining, deadline: float | None) -> None:
        self._stream = stream
        self._remaining = remaining
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        chunks = iter(self._stream)
        while True:
            # Set for each chunk alone: between two of them the thread may be at another request.
            with self._remaining.until(self._deadline), _httpx_errors():
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def close(self) -> None:
        self._stream.close()


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """httpcore's errors as httpx's, which bear the same names."""
    try:
        yield
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.TimeoutException,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


def _proxy(scheme: str, url: str) -> httpcore.Proxy:
    variable = f"{scheme}_proxy"
    try:
        proxy = httpx.Proxy(url if "://" in url else f"http://{url}")
    except (httpx.InvalidURL, ValueError):
        raise ConfigurationError(f"{variable} is not the URL of a proxy") from None
    if proxy.url.scheme not in ("http", "https") or not proxy.url.host:
        raise ConfigurationError(f"{variable}: only http:// and https:// proxies can be used")
    return httpcore.Proxy(
        httpcore.URL(
            scheme=proxy.url.raw_scheme,
            host=proxy.url.raw_host,
            port=proxy.url.port,
            target=proxy.url.raw_path,
        ),
        auth=proxy.raw_auth,
        headers=proxy.headers.raw,
    )
