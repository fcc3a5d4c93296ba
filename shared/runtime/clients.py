"""Minimal AWS clients for the operations that the functions call.

Methods have the arguments and results of botocore's methods of the same names. Importing botocore takes
longer than the rest of a cold start, and a call three times the CPU time
(docs/adr/0013-a-client-of-our-own.md). Only adapters import this module.
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
"""The condition of a write is not satisfied."""
IN_TRANSACTION: Final = "TransactionConflictException"
"""Another transaction is writing the item."""
CONFLICT_CODES: Final = frozenset({CONDITION_UNMET, IN_TRANSACTION})
"""Error codes of a conditional write that lost to a concurrent one."""
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
"""Error codes after which a retry may succeed."""
_TARGETS: Final = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}
_SNS_VERSION: Final = "2010-03-31"


class AwsError(Exception):
    """A call failed. The text is the error code only, because a message may quote values.

    Attributes:
        code: Error code, such as "ThrottlingException" or "ReadTimeoutError".
        status: HTTP status; 0 without a response.
        details: Other members of the response, such as `Item` and `CancellationReasons`.
    """

    def __init__(self, code: str, status: int = 0, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.details: Mapping[str, Any] = details or {}

    @property
    def may_pass(self) -> bool:
        """Whether a retry may succeed."""
        return self.code in BUSY_CODES or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def create_client(
    service: str, *, connect_seconds: float = 1.0, read_seconds: float = 2.0, attempts: int = 2
) -> Any:
    """Return a client of an AWS service, configured from Lambda's environment variables.

    Args:
        service: `dynamodb`, `sqs` or `sns`.
        connect_seconds: Connect timeout.
        read_seconds: Read timeout.
        attempts: Maximum number of attempts, including the first one.
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
        """Return the body of the response.

        Raises:
            AwsError: The last attempt failed.
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
            # Lambda uses the header to detect recursive loops.
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
        """Write idempotently: retries have the same client request token."""
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
    """SNS, which uses forms and XML."""

    def publish(self, **arguments: str) -> Any:
        form = urlencode({"Action": "Publish", "Version": _SNS_VERSION, **arguments})
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = self._post(form.encode(), headers, _error_in_xml)
        return {"MessageId": _element(answer, "MessageId")}


def _base64(value: object) -> str:
    """Encode bytes, the only type we send that JSON lacks."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} is not part of a request")


def _with_bytes(found: dict[str, Any]) -> dict[str, Any]:
    """Decode the binary attributes in an object of a response."""
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
    """Return the error for a response that is not in the service's format, such as a proxy's."""
    return AwsError(str(answer.status), answer.status)


def _element(document: bytes, name: str) -> str:
    """Return the text of the first XML element with a name, or an empty one."""
    found = re.search(rf"<{name}>([^<]*)</{name}>", document.decode())
    return unescape(found[1]) if found else ""
