"""A payment service's POST: signed with SigV4, tried again where the API says that it helps."""

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

from operations.smoke.errors import SmokeError

SERVICE: Final = "execute-api"
TIMEOUT_SECONDS: Final = 15
ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 1.0
_WORTH_ANOTHER_TRY: Final = frozenset({429, 500, 502, 503, 504})
NO_ANSWER: Final = 0


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status (`NO_ANSWER` without one), the text, how long the last try took."""

    status: int
    text: str
    milliseconds: float
    attempts: int = 1

    @property
    def accepted(self) -> bool:
        """Whether the API has the transaction, newly (201) or already (200)."""
        return self.status in {200, 201}

    @property
    def trace_id(self) -> str:
        """The trace that began with this POST; empty where the answer names none."""
        try:
            found = json.loads(self.text).get("trace_id", "")
        except (ValueError, AttributeError):
            return ""
        return str(found)


class TransactionsApi:
    """The way into the pipeline.

    Args:
        url: Where to POST.
        region: The region that the signature names.
        session: Whose credentials sign.
    """

    def __init__(self, url: str, region: str, session: Session) -> None:
        self._url, self._region, self._session = url, region, session
        self._http = URLLib3Session(timeout=TIMEOUT_SECONDS)

    def post(self, body: Mapping[str, Any]) -> Answer:
        """POST one transaction, at most `ATTEMPTS` times; that is safe: the API knows one it already has.

        Raises:
            SmokeError: There are no AWS credentials to sign with.
        """
        data = json.dumps(body).encode()
        answer = self._post_once(data)
        for attempt in range(2, ATTEMPTS + 1):
            if answer.status not in _WORTH_ANOTHER_TRY | {NO_ANSWER}:
                break
            time.sleep(PAUSE_SECONDS)
            again = self._post_once(data)
            answer = Answer(again.status, again.text, again.milliseconds, attempt)
        return answer

    def _post_once(self, data: bytes) -> Answer:
        request = AWSRequest("POST", self._url, headers={"Content-Type": "application/json"}, data=data)
        # Asked for anew each time: temporary credentials may have been renewed meanwhile.
        credentials = self._session.get_credentials()
        if credentials is None:
            raise SmokeError("there are no AWS credentials to sign with: aws sts get-caller-identity")
        SigV4Auth(credentials, SERVICE, self._region).add_auth(request)
        began = time.monotonic()
        try:
            response = self._http.send(request.prepare())
        except BotoCoreError as error:
            return Answer(NO_ANSWER, str(error), (time.monotonic() - began) * 1000)
        return Answer(response.status_code, response.text, (time.monotonic() - began) * 1000)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
