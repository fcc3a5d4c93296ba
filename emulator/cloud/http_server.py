"""A small threaded HTTP/1.1 server with keep-alive and in-memory bodies.

It serves AWS SDKs, the Lambda runtime client and curl over loopback. Werkzeug's development server closes
each connection and parses in layers, which costs more than the work behind it.
"""

import contextlib
import logging
import socket
import string
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, Self, cast
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

MAXIMUM_HEADER_BYTES = 64 * 1024
"""Limit of the request line and headers together, similar to that of AWS's front ends."""

MAXIMUM_BODY_BYTES = 80 * 1024 * 1024
"""Limit of a body: the largest request in the APIs served is a function's zip (50 MB, base64-encoded)."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as received.

    `target` is the raw request target (path and query, still percent-encoded); `headers` maps lower-case
    names to values, with repeated headers joined by commas; `raw_headers` has the original ones.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    client_address: str = "127.0.0.1"
    raw_headers: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """The path of the target, still percent-encoded."""
        return self.target.split("?", 1)[0]

    @property
    def query(self) -> str:
        """The query of the target without its question mark, still percent-encoded."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response; the server sets `Content-Length`."""

    status: int
    body: bytes = b""
    headers: Iterable[tuple[str, str]] = field(default=())


Handler = Callable[[HttpRequest], HttpResponse]


class ConnectionCutError(Exception):
    """A handler closes the connection without a response."""


class BadRequestError(Exception):
    """The bytes on the connection are not a valid request; the message says why."""


class HttpServer:
    """Serves a handler on a loopback port, with one thread per connection.

    Args:
        handler: Answers each request. Exceptions other than `ConnectionCutError` are logged and answered with
            500.
        port: The port to listen on; 0 chooses a free one.
        name: Name of the threads, and of the server in the log.
    """

    def __init__(self, handler: Handler, *, port: int = 0, name: str) -> None:
        self._handler = handler
        self._name = name
        self._listener = socket.create_server(("127.0.0.1", port), backlog=256, reuse_port=False)
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """The server's URL, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Begin to accept connections."""
        threading.Thread(target=self._accept, name=f"{self._name}-accept", daemon=True).start()
        return self

    def stop(self) -> None:
        """Free the port and close every connection, including those with a request in progress."""
        with self._lock:
            self._stopping = True
            connections = list(self._connections)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, (address, _) = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._stopping:
                    connection.close()
                    return
                self._connections.add(connection)
            threading.Thread(
                target=self._serve,
                args=(connection, address),
                name=f"{self._name}-connection",
                daemon=True,
            ).start()

    def _serve(self, connection: socket.socket, address: str) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, cast("IO[bytes]", connection.makefile("rb", 64 * 1024)) as stream:
                while self._serve_one(connection, stream, address):
                    pass
        except OSError:
            log.debug("%s: a connection ended early", self._name)
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _serve_one(self, connection: socket.socket, stream: IO[bytes], address: str) -> bool:
        """Read and answer one request; return False to close the connection."""
        try:
            request = _read_request(connection, stream, address)
        except BadRequestError as error:
            connection.sendall(_render(HttpResponse(400, str(error).encode()), keep_alive=False, head=False))
            return False
        if request is None:
            return False
        try:
            response = self._handler(request)
        except ConnectionCutError:
            return False
        except Exception:
            log.exception("%s: %s %s failed", self._name, request.method, request.path)
            response = HttpResponse(500, b'{"message": "Internal server error"}')
        keep_alive = request.headers.get("connection", "").lower() != "close"
        connection.sendall(_render(response, keep_alive=keep_alive, head=request.method == "HEAD"))
        return keep_alive


def _read_request(connection: socket.socket, stream: IO[bytes], address: str) -> HttpRequest | None:
    """Return the next request on the connection, or None if the client has closed it."""
    line = stream.readline(MAXIMUM_HEADER_BYTES)
    if not line:
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError("the request line is not that of HTTP/1.1")
    raw_headers = _read_headers(stream)
    headers: dict[str, str] = {}
    for name, value in raw_headers:
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    target = parts[1]
    if not target.startswith("/"):
        split = urlsplit(target)
        target = (split.path or "/") + (f"?{split.query}" if split.query else "")
    return HttpRequest(parts[0], target, headers, _read_body(stream, headers), address, raw_headers)


def _read_headers(stream: IO[bytes]) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    size = 0
    while (line := stream.readline(MAXIMUM_HEADER_BYTES)) not in {b"\r\n", b"\n", b""}:
        size += len(line)
        if size > MAXIMUM_HEADER_BYTES:
            raise BadRequestError("the headers are too large")
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise BadRequestError("a header has no colon")
        headers.append((name.strip(), value.strip()))
    return tuple(headers)


def _read_body(stream: IO[bytes], headers: Mapping[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return b"".join(_read_chunks(stream))
    length = _number(headers.get("content-length", "0"), string.digits, 10)
    if length > MAXIMUM_BODY_BYTES:
        raise BadRequestError("the body is too large")
    body = stream.read(length) if length else b""
    if len(body) < length:
        raise BadRequestError("the body ended early")
    return body


def _read_chunks(stream: IO[bytes]) -> Iterable[bytes]:
    total = 0
    while True:
        size = _number(stream.readline(1024).decode("latin-1").split(";")[0], string.hexdigits, 16)
        total += size
        if total > MAXIMUM_BODY_BYTES:
            raise BadRequestError("the body is too large")
        if size == 0:
            while stream.readline(MAXIMUM_HEADER_BYTES) not in {b"\r\n", b"\n", b""}:
                pass
            return
        yield stream.read(size)
        stream.readline(8)


def _number(text: str, digits: str, base: int) -> int:
    """Parse a length of digits only: `int` accepts signs, and reading -1 bytes would not end."""
    text = text.strip()
    if not 0 < len(text) <= 20 or text.strip(digits):
        raise BadRequestError("the body's length is no number")
    return int(text, base)


def _render(response: HttpResponse, *, keep_alive: bool, head: bool) -> bytes:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {response.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers if name.lower() != "content-length"]
    lines.append(f"Content-Length: {len(response.body)}")
    if not keep_alive:
        lines.append("Connection: close")
    rendered = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    return rendered if head else rendered + response.body
