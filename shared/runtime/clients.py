"""The few operations of AWS that the functions call, by clients that start fast and do little for each call.

Their methods take and give what botocore's of the same names do. Importing botocore takes longer than all the
rest of a cold start, and a call of it three times the processor time (docs/adr/0013-a-client-of-our-own.md).
Adapters import this module, nothing else does.
"""

import json
import os
import re
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from html import unescape
from http import HTTPStatus
from time import time
from typing import Any, Final
from urllib.parse import quote, urlencode

from shared.runtime.backoff import pause
from shared.runtime.connections import Answer, Connections, NoAnswerError
from shared.runtime.signing import Credentials, Scope, signed
from shared.runtime.tracing import HEADER_VARIABLE

CONDITION_UNMET: Final = "ConditionalCheckFailedException"
"""Code of the error that a conditional write finds another item than it wants."""
IN_TRANSACTION: Final = "TransactionConflictException"
"""Code of the error that another's transaction holds the item just now."""
CONFLICT_CODES: Final = frozenset({CONDITION_UNMET, IN_TRANSACTION})
"""Codes of errors by which a conditional write learns that somebody else is faster."""
BUSY_CODES: Final = frozenset(
    {
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "EndpointConnectionError",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "ReadTimeoutError",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""Codes of errors after which the same call may succeed later."""
_TARGETS: Final = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}
_SNS_VERSION: Final = "2010-03-31"


class AwsError(Exception):
    """A service refused a call, or gave no answer. The text is the code alone: a message may quote values.

    Attributes:
        code: Such as "ThrottlingException" or "ReadTimeoutError".
        status: Of the answer; 0 where there is none.
        details: What else the answer holds, for example `Item` and `CancellationReasons`.
    """

    def __init__(self, code: str, status: int = 0, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.details: Mapping[str, Any] = details or {}

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed later."""
        return self.code in BUSY_CODES or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def create_client(
    service: str, *, connect_seconds: float = 1.0, read_seconds: float = 2.0, attempts: int = 2
) -> Any:
    """Return a client of an AWS service; region, endpoint and keys come from Lambda's environment.

    Args:
        service: `dynamodb`, `sqs` or `sns`.
        connect_seconds: How long to wait for a connection.
        read_seconds: How long to wait for an answer.
        attempts: How often to try in all, the first time included.
    """
    scope = Scope(service, os.environ["AWS_REGION"])
    url = os.environ.get("AWS_ENDPOINT_URL") or f"https://{service}.{scope.region}.amazonaws.com"
    connections = Connections(url, connect_seconds=connect_seconds, read_seconds=read_seconds)
    kind = _TopicClient if service == "sns" else _JsonClient
    return kind(scope, connections, attempts)


class _Client:
    def __init__(self, scope: Scope, connections: Connections, attempts: int) -> None:
        self._scope = scope
        self._connections = connections
        self._attempts = attempts

    def _post(
        self, body: bytes, headers: Mapping[str, str], read_error: Callable[[Answer], AwsError]
    ) -> bytes:
        """Return the body of the answer.

        Raises:
            AwsError: Of the last attempt.
        """
        for attempt in range(1, self._attempts):
            try:
                return self._post_once(body, headers, read_error)
            except AwsError as error:
                if not error.may_pass:
                    raise
            pause(attempt)
        return self._post_once(body, headers, read_error)

    def _post_once(
        self, body: bytes, headers: Mapping[str, str], read_error: Callable[[Answer], AwsError]
    ) -> bytes:
        to_sign = {"host": self._connections.host, **headers}
        to_send = signed(to_sign, body, self._scope, Credentials.of_environment(), time())
        to_send["user-agent"] = "fraud-pipeline"
        if trace := os.environ.get(HEADER_VARIABLE):
            # By it Lambda notices functions and queues that call each other without end.
            to_send["x-amzn-trace-id"] = quote(trace, safe="-=;:+&[]{}\"',")
        try:
            answer = self._connections.post(body, to_send)
        except NoAnswerError as error:
            raise AwsError(str(error)) from None
        if answer.status != HTTPStatus.OK:
            raise read_error(answer)
        return answer.body


class _JsonClient(_Client):
    """DynamoDB and SQS."""

    def put_item(self, **arguments: Any) -> Any:
        return self._call("PutItem", arguments)

    def update_item(self, **arguments: Any) -> Any:
        return self._call("UpdateItem", arguments)

    def batch_get_item(self, **arguments: Any) -> Any:
        return self._call("BatchGetItem", arguments)

    def query(self, **arguments: Any) -> Any:
        return self._call("Query", arguments)

    def transact_write_items(self, **arguments: Any) -> Any:
        """Write once, however often it is tried: the token tells DynamoDB that it is the same."""
        return self._call("TransactWriteItems", {"ClientRequestToken": str(uuid.uuid4()), **arguments})

    def send_message(self, **arguments: Any) -> Any:
        return self._call("SendMessage", arguments)

    def _call(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"{_TARGETS[self._scope.service]}.{operation}",
        }
        body = json.dumps(arguments, default=_base64, separators=(",", ":")).encode()
        return json.loads(self._post(body, headers, _error_in_json), object_hook=_with_bytes)


class _TopicClient(_Client):
    """SNS, which speaks forms and XML."""

    def publish(self, **arguments: str) -> Any:
        form = urlencode({"Action": "Publish", "Version": _SNS_VERSION, **arguments})
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = self._post(form.encode(), headers, _error_in_xml)
        return {"MessageId": _element(answer, "MessageId")}


def _base64(value: object) -> str:
    """Return the form of a value that JSON has none for: bytes are all that we send."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} is not part of a request")


def _with_bytes(found: dict[str, Any]) -> dict[str, Any]:
    """Return an object of an answer, with bytes where it is a binary attribute."""
    binary = found.get("B")
    return {"B": b64decode(binary)} if isinstance(binary, str) and len(found) == 1 else found


def _error_in_json(answer: Answer) -> AwsError:
    try:
        details = json.loads(answer.body, object_hook=_with_bytes)
        code = details["__type"].rpartition("#")[2]
    except (KeyError, TypeError, ValueError):
        return _error_of_status(answer)
    return AwsError(code, answer.status, details)


def _error_in_xml(answer: Answer) -> AwsError:
    code = _element(answer.body, "Code")
    return AwsError(code, answer.status) if code else _error_of_status(answer)


def _error_of_status(answer: Answer) -> AwsError:
    """Return the error of an answer that is not the service's own: something before it answered."""
    return AwsError(str(answer.status), answer.status)


def _element(document: bytes, name: str) -> str:
    """Return the text of the first XML element of a name, nothing where there is none."""
    found = re.search(rf"<{name}>([^<]*)</{name}>", document.decode())
    return unescape(found[1]) if found else ""
