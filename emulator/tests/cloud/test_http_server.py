"""The HTTP server under the AWS APIs and the gateway: what it reads, what it refuses, how it ends."""

import http.client
import socket
from collections.abc import Iterator

import pytest

from emulator.cloud.http_server import MAXIMUM_HEADER_BYTES, HttpRequest, HttpResponse, HttpServer


def _echo(request: HttpRequest) -> HttpResponse:
    if request.path == "/fails":
        raise ValueError("secret")
    body = (
        f"{request.method} {request.path} {request.query} {request.headers.get('x-a')}".encode()
        + request.body
    )
    return HttpResponse(200, body, [("X-B", "b")])


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(_echo, name="test").start()
    yield server
    server.stop()


def _raw(server: HttpServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_one_connection_serves_many_requests(server: HttpServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    for number in range(3):
        connection.request("POST", f"/p?n={number}", body=b"!", headers={"X-A": "1"})
        response = connection.getresponse()
        assert response.read() == f"POST /p n={number} 1!".encode()
        assert response.getheader("X-B") == "b"
    connection.close()


def test_chunks_continue_and_repeated_headers(server: HttpServer) -> None:
    request = (
        b"POST /p HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nTransfer-Encoding: chunked\r\n"
        b"Expect: 100-continue\r\nConnection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    )
    answer = _raw(server, request)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"POST /p  1,2abcde")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 0_3\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-A: " + b"a" * MAXIMUM_HEADER_BYTES + b"\r\nX-A: b\r\n\r\n",
    ],
)
def test_what_cannot_be_read_is_refused(server: HttpServer, request_bytes: bytes) -> None:
    assert _raw(server, request_bytes).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_handler_that_fails_answers_500_without_its_reason(server: HttpServer) -> None:
    answer = _raw(server, b"GET /fails HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"secret" not in answer


def test_head_has_no_body_and_absolute_targets_are_understood(server: HttpServer) -> None:
    answer = _raw(server, b"HEAD http://h/p?q=1 HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert b"Content-Length: 16\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_stop_frees_the_port_and_ends_connections() -> None:
    server = HttpServer(_echo, name="test").start()
    port = server.port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        server.stop()
        while idle.recv(100):
            pass
    HttpServer(_echo, port=port, name="again").stop()
