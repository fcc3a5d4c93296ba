"""Call the pipeline's API, signed with SigV4 and with retries."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.session import Session

from tools.deploy.outputs import OperatorError

SERVICE: Final = "execute-api"
TIMEOUT_SECONDS: Final = 15
ATTEMPTS: Final = 4
PAUSE_SECONDS: Final = 1.0
NO_ANSWER: Final = 0
_WORTH_ANOTHER_TRY: Final = frozenset({NO_ANSWER, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """A response: HTTP status (or `NO_ANSWER`), text, duration of the last attempt."""

    status: int
    text: str
    milliseconds: float
    attempts: int = 1

    @property
    def accepted(self) -> bool:
        """Whether the API has stored the transaction, now (201) or before (200)."""
        return self.status in {200, 201}

    @property
    def trace_id(self) -> str:
        """The call's trace id; empty if the response has none."""
        try:
            found = json.loads(self.text).get("trace_id", "")
        except (ValueError, AttributeError):
            return ""
        return str(found)


class SignedApi:
    """A client of the API.

    Args:
        session: Session with the credentials.
        region: Region of the signature.
    """

    def __init__(self, session: Session, region: str) -> None:
        self._session, self._region = session, region
        self._http = URLLib3Session(timeout=TIMEOUT_SECONDS)

    def send(self, method: str, url: str, body: Mapping[str, Any]) -> Answer:
        """Send a body, with up to `ATTEMPTS` attempts; the API is idempotent.

        Raises:
            OperatorError: There are no AWS credentials.
        """
        data = json.dumps(body).encode()
        for attempt in range(1, ATTEMPTS + 1):
            status, text, milliseconds = self._once(method, url, data)
            if status not in _WORTH_ANOTHER_TRY:
                break
            if attempt < ATTEMPTS:
                time.sleep(PAUSE_SECONDS)
        return Answer(status, text, milliseconds, attempt)

    def _once(self, method: str, url: str, data: bytes) -> tuple[int, str, float]:
        request = AWSRequest(method, url, headers={"Content-Type": "application/json"}, data=data)
        # Fetched for each request, because temporary credentials may have been renewed.
        credentials = self._session.get_credentials()
        if credentials is None:
            raise OperatorError("there are no AWS credentials to sign with: aws sts get-caller-identity")
        SigV4Auth(credentials, SERVICE, self._region).add_auth(request)
        began = time.monotonic()
        try:
            response = self._http.send(request.prepare())
        except BotoCoreError as error:
            return NO_ANSWER, str(error), _since(began)
        return response.status_code, response.text, _since(began)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000
