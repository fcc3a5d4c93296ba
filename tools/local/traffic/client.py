"""A payment service's client: signs each POST, keeps its connection, and tries again when told to wait."""

import http.client
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SERVICE = "execute-api"
TIMEOUT_SECONDS = 15.0
WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})
MOST_ATTEMPTS = 8
LONGEST_WAIT_SECONDS = 4.0
NO_ANSWER = 0


@dataclass(frozen=True)
class Identity:
    """Whose signature the requests bear, and for which region."""

    access_key_id: str
    secret_access_key: str
    region: str
    session_token: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, or ``NO_ANSWER`` and the reason as text."""

    status: int
    text: str
    retry_after_seconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """One body's fate: first send and last answer in epoch milliseconds, and every answer on the way."""

    sent_at: float
    answered_at: float
    answers: tuple[Answer, ...]

    @property
    def answer(self) -> Answer:
        """The answer that counted, the last one."""
        return self.answers[-1]

    @property
    def accepted(self) -> bool:
        """Whether the API took the transaction, newly (201) or as one it already had (200)."""
        return self.answer.status in {200, 201}

    @property
    def rejected(self) -> bool:
        """Whether the API refused it for what it is, so that trying again would not help."""
        return self.answer.status not in WORTH_ANOTHER_TRY | {200, 201, NO_ANSWER}


class SigningClient:
    """Posts bodies to one URL over one connection; not to be shared between threads.

    Args:
        url: Where to post, http or https.
        identity: Whose keys sign the requests.
        sleep: How to wait between two tries.
        most_attempts: After so many tries it gives up.
        method: How to send; a body is put where it is not posted.
    """

    def __init__(
        self,
        url: str,
        identity: Identity,
        sleep: Callable[[float], object] = time.sleep,
        most_attempts: int = MOST_ATTEMPTS,
        method: str = "POST",
    ) -> None:
        self._most_attempts, self._method = most_attempts, method
        parts = urlsplit(url)
        if parts.hostname is None or parts.scheme not in {"http", "https"}:
            raise ValueError(f"{url!r} is no http or https URL to post to")
        self._url, self._path, self._sleep = url, parts.path or "/", sleep
        self._signer = SigV4Auth(
            Credentials(identity.access_key_id, identity.secret_access_key, identity.session_token),
            SERVICE,
            identity.region,
        )
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)

    def deliver(self, body: bytes) -> Outcome:
        """Post a body, again while the answer says that it may help, at most ``most_attempts`` times.

        Posting again is safe: the API answers a transaction that it already has with 200.
        """
        sent_at = time.time() * 1000
        answers = [self.post(body)]
        while answers[-1].status in WORTH_ANOTHER_TRY | {NO_ANSWER} and len(answers) < self._most_attempts:
            self._sleep(_wait_seconds(len(answers), answers[-1]))
            answers.append(self.post(body))
        return Outcome(sent_at, time.time() * 1000, tuple(answers))

    def post(self, body: bytes) -> Answer:
        """Post a body once."""
        request = AWSRequest(self._method, self._url, headers={"Content-Type": "application/json"}, data=body)
        self._signer.add_auth(request)
        try:
            self._connection.request(self._method, self._path, body, dict(request.headers.items()))
            response = self._connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return Answer(NO_ANSWER, f"{type(error).__name__}: {error}")
        return Answer(response.status, text, _seconds(response.headers.get("Retry-After", "")))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _wait_seconds(attempts: int, answer: Answer) -> float:
    backoff = 0.1 * 2.0 ** (attempts - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter is no secret
    return min(LONGEST_WAIT_SECONDS, max(answer.retry_after_seconds, backoff))


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0
