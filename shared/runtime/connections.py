"""Connections to one host, kept open from one call to the next, and used by any number of threads."""

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
"""Codes of what keeps an answer from us."""


class NoAnswerError(Exception):
    """The host gave no answer; the text is one of the codes above."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class Connections:
    """Connections to one host.

    Args:
        url: Where to, without a path: `https://dynamodb.us-east-1.amazonaws.com`.
        connect_seconds: How long to wait for a connection.
        read_seconds: How long to wait for each part of an answer.
    """

    def __init__(self, url: str, *, connect_seconds: float, read_seconds: float) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self._is_secure = parts.scheme == "https"
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._idle: list[HTTPConnection] = []
        if self._is_secure:
            # Reads all certificates of authorities: sooner, while Lambda gives a whole processor.
            _trust()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `POST /` once.

        Raises:
            NoAnswerError: There is no answer, or not all of it; the host may have done what was asked.
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
        """Return an open connection that nobody else uses."""
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
    """Tell whether the host has closed a connection that is idle: many do while Lambda freezes us."""
    waiting = select.poll()
    waiting.register(connection.sock, select.POLLIN)
    return bool(waiting.poll(0))


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
