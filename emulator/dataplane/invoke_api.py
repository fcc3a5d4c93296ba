"""The Lambda Invoke API."""

import json
import uuid
from urllib.parse import unquote

from emulator.cloud import deployed
from emulator.cloud.account import MOTO_LOCK
from emulator.cloud.calls import Call
from emulator.cloud.http_server import HttpResponse
from emulator.cloud.identities import Caller
from emulator.dataplane.asynchronous import AsynchronousInvoker
from emulator.dataplane.lambda_service import (
    FunctionCall,
    LambdaService,
    NoFunctionError,
    TooManyRequestsError,
)


class InvokeApi:
    """Answers ``lambda:Invoke``, for which moto would start a container."""

    def __init__(self, service: LambdaService, invoker: AsynchronousInvoker) -> None:
        self._service = service
        self._invoker = invoker

    def answer(self, _: Caller, call: Call) -> HttpResponse:
        """Invoke the function named in the request."""
        name = unquote(call.request.path.split("/")[3])
        with MOTO_LOCK:
            function = deployed.function(name)
            arn = function.function_arn if function else ""
        if not arn:
            return _error(404, "ResourceNotFoundException", f"Function not found: {name}")
        request_id = str(uuid.uuid4())
        trace_header = call.request.headers.get("x-amzn-trace-id", "")
        function_call = FunctionCall(arn, call.request.body or b"{}", trace_header, request_id)
        kind = call.request.headers.get("x-amz-invocation-type", "RequestResponse")
        if kind == "Event":
            self._invoker.accept(function_call)
            return HttpResponse(202, b"", [("x-amzn-RequestId", request_id)])
        if kind == "DryRun":
            return HttpResponse(204)
        return self._synchronously(function_call)

    def _synchronously(self, call: FunctionCall) -> HttpResponse:
        try:
            outcome = self._service.invoke(call)
        except TooManyRequestsError as error:
            return _error(429, "TooManyRequestsException", str(error))
        except NoFunctionError as error:
            return _error(404, "ResourceNotFoundException", str(error))
        headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", "$LATEST")]
        headers.append(("x-amzn-RequestId", call.request_id))
        if outcome.failed:
            headers.append(("X-Amz-Function-Error", outcome.function_error))
        return HttpResponse(200, outcome.payload, headers)


def _error(status: int, code: str, message: str) -> HttpResponse:
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    return HttpResponse(status, json.dumps({"Type": "User", "Message": message}).encode(), headers)
