"""Pass parsed requests to moto.

A service with a single path is called directly through its response class; REST services go through moto's
WSGI application, which costs about half a millisecond more.
"""

import contextlib
import importlib
import threading
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from emulator.cloud import dynamodb_items
from emulator.cloud.account import MOTO_LOCK
from emulator.cloud.calls import CBOR, OPERATION, Call, LoopbackRequest, as_moto_request
from emulator.cloud.http_server import HttpResponse

_RESPONSE_CLASSES = {
    "dynamodb": ("moto.dynamodb.responses", "DynamoHandler"),
    "dynamodbstreams": ("moto.dynamodbstreams.responses", "DynamoDBStreamsHandler"),
    "events": ("moto.events.responses", "EventsHandler"),
    "iam": ("moto.iam.responses", "IamResponse"),
    "kms": ("moto.kms.responses", "KmsResponse"),
    "logs": ("moto.logs.responses", "LogsResponse"),
    "sns": ("moto.sns.responses", "SNSResponse"),
    "sqs": ("moto.sqs.responses", "SQSResponse"),
    "sts": ("moto.sts.responses", "TokenResponse"),
}


class MotoFront:
    """Answers authorized AWS calls with moto."""

    def __init__(self) -> None:
        self._application = DomainDispatcherApplication(create_backend_app)
        self._dispatchers: dict[str, Callable[..., Any]] = {}
        self._lock = threading.Lock()

    def answer(self, call: Call) -> HttpResponse:
        """Return moto's response to the call."""
        if dynamodb_items.is_on_items(call):
            return dynamodb_items.answer(call)
        if call.service in _RESPONSE_CLASSES:
            return self._dispatch(call)
        return self._through_wsgi(call)

    def _dispatch(self, call: Call) -> HttpResponse:
        request = _for_moto(call)
        # ReceiveMessage may wait, and queues have their own locks.
        lock = contextlib.nullcontext() if call.operation == "ReceiveMessage" else MOTO_LOCK
        try:
            with lock:
                result = self._dispatcher(call.service)(request, request.raw_url, dict(request.headers))
        except ClientError as error:
            result = (400, {}, error.response["Error"]["Message"])
        status, headers, body = result if len(result) == 3 else (200, {}, result)
        content = body.encode() if isinstance(body, str) else body
        return HttpResponse(
            int(status), content, [(str(name), str(value)) for name, value in headers.items()]
        )

    def _dispatcher(self, service: str) -> Callable[..., Any]:
        found = self._dispatchers.get(service)
        if found is None:
            with self._lock:  # concurrent imports of a module may see it half initialised
                module, name = _RESPONSE_CLASSES[service]
                found = self._dispatchers[service] = getattr(importlib.import_module(module), name).dispatch
        return found

    def _through_wsgi(self, call: Call) -> HttpResponse:
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            started.update(status=status, headers=headers)

        with MOTO_LOCK:
            chunks = self._application(_for_moto(call).environ, start_response)
            body = b"".join(chunks)
        status = int(started.get("status", f"{HTTPStatus.INTERNAL_SERVER_ERROR.value} ").split(" ", 1)[0])
        return HttpResponse(status, body, started.get("headers", ()))


def _for_moto(call: Call) -> LoopbackRequest:
    """Return the request for moto, limited to the authorized operation and its parameters."""
    request = call.request
    if call.protocol in {"json", CBOR}:
        # If the URL has no parameters, moto parses the body for them.
        request = replace(request, target=f"{request.path}?parameters=none")
    loopback = as_moto_request(request)
    loopback.environ[OPERATION] = call.operation
    return loopback
