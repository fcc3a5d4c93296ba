"""A thread-safe pool of persistent connections to a host."""

import select
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

CONNECT_TIMEOUT: Final = "ConnectTimeoutError"
UNREACHABLE: Final = "EndpointConnectionError"
CLOSED: Final = "ConnectionClosedError"
READ_TIMEOUT: Final = "ReadTimeoutError"
CERTIFICATE: Final = "SSLError"
"""Codes of connection errors."""


class NoAnswerError(Exception):
    """The host did not respond; the text is one of the codes above."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    body: bytes


class Connections:
    """A connection pool for one host.

    Args:
        url: URL without a path: `https://dynamodb.us-east-1.amazonaws.com`.
        connect_seconds: Connect timeout.
        read_seconds: Read timeout for each part of a response.
    """

    def __init__(self, url: str, *, connect_seconds: float, read_seconds: float) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self._is_secure = parts.scheme == "https"
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._idle: list[HTTPConnection] = []
        if self._is_secure:
            # Loads all CA certificates: early, while Lambda gives a full CPU.
            _trust()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `POST /` once.

        Raises:
            NoAnswerError: There is no complete response; the request may still have been processed.
        """
        connection = self._connection()
        try:
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.read())
        except BaseException as error:
            connection.close()
            if isinstance(error, (OSError, HTTPException)):
                raise NoAnswerError(READ_TIMEOUT if isinstance(error, TimeoutError) else CLOSED) from None
            raise
        if connection.sock is not None:
            self._idle.append(connection)
        return answer

    def _connection(self) -> HTTPConnection:
        """Return an idle open connection, or a new one."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._connected()
            if not _has_ended(connection):
                return connection
            connection.close()

    def _connected(self) -> HTTPConnection:
        connection = (
            HTTPSConnection(self.host, timeout=self._connect_seconds, context=_trust())
            if self._is_secure
            else HTTPConnection(self.host, timeout=self._connect_seconds)
        )
        try:
            connection.connect()
        except TimeoutError:
            raise NoAnswerError(CONNECT_TIMEOUT) from None
        except ssl.SSLError:
            raise NoAnswerError(CERTIFICATE) from None
        except OSError:
            raise NoAnswerError(UNREACHABLE) from None
        connection.sock.settimeout(self._read_seconds)
        return connection


def _has_ended(connection: HTTPConnection) -> bool:
    """Return whether the host has closed an idle connection, as many do while Lambda is frozen."""
    waiting = select.poll()
    waiting.register(connection.sock, select.POLLIN)
    return bool(waiting.poll(0))


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
