"""A web server on this machine that misbehaves on demand."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

BETWEEN_DRIPS = 0.02  # seconds
TLS_HANDSHAKE = b"\x16"  # the first byte of what speaks TLS (RFC 8446, 5.1)


@dataclass(frozen=True)
class Exchange:
    """One request as it was received, and the connection to answer on."""

    path: str
    headers: Mapping[str, str]  # names in lower case
    connection: socket.socket
    over: threading.Event  # set when the server is closed

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send a byte at a time until all is sent or the other side has had enough."""
        for position in range(len(data)):
            self.send(data[position : position + 1])
            if self.over.wait(BETWEEN_DRIPS):
                return

    def reset(self) -> None:
        """End the connection with a reset instead of a farewell."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )


Behaviour = Callable[[Exchange], None]


def answer(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None
) -> Behaviour:
    """Answer properly, or with a Content-Length that is not the body's."""

    def behave(exchange: Exchange) -> None:
        lines = [
            f"HTTP/1.1 {status}",
            f"Content-Length: {len(body) if length is None else length}",
            "Connection: close",
            *headers,
        ]
        exchange.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    return behave


def redirect(target: str, status: str = "302 Found") -> Behaviour:
    return answer(b"", f"Location: {target}", status=status)


def raw(data: bytes) -> Behaviour:
    return lambda exchange: exchange.send(data)


NOT_FOUND = answer(status="404 Not Found")


@dataclass
class Server:
    """Answers each path with its behaviours in turn, the last one for ever."""

    port: int
    asked: list[Exchange] = field(default_factory=list)
    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def on(self, path: str, *behaviours: Behaviour) -> str:
        """The URL of a path that behaves so."""
        self.behaviours[path] = list(behaviours)
        return self.url(path)

    def url(self, path: str, scheme: str = "http", login: str = "") -> str:
        return f"{scheme}://{login}127.0.0.1:{self.port}{path}"

    def serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                part = connection.recv(65536)
                if not part:
                    return
                if part.startswith(TLS_HANDSHAKE):
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    return
                received += part
            first, *lines = received.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value for name, value in (line.split(": ", 1) for line in lines)
            }
            exchange = Exchange(first.split(" ")[1], headers, connection, self.over)
            self.asked.append(exchange)
            behaviours = self.behaviours.get(exchange.path) or [NOT_FOUND]
            behave = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
            behave(exchange)


def without_proxies(patch: pytest.MonkeyPatch) -> None:
    """Take away the proxies of the environment the tests run in."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        patch.delenv(name, raising=False)
        patch.delenv(name.upper(), raising=False)


@contextmanager
def serving() -> Iterator[Server]:
    """A server, until all its threads have ended."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1])
        threads: list[threading.Thread] = []

        def accept() -> None:
            while not server.over.is_set():
                connection, _ = listening.accept()
                if server.over.is_set():
                    connection.close()
                    return
                thread = threading.Thread(target=server.serve, args=(connection,))
                threads.append(thread)
                thread.start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            server.over.set()
            socket.create_connection(("127.0.0.1", server.port)).close()
            accepting.join()
            for thread in threads:
                thread.join()


def cut_by_reset(exchange: Exchange) -> None:
    """Begins a document and resets the connection."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
    exchange.reset()
