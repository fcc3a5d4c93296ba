"""The Lambda service: invoke permissions, and the X-Ray segments of an invocation."""

import time
from dataclasses import dataclass
from typing import Any

from emulator.cloud import deployed
from emulator.cloud.account import ACCOUNT_ID, MOTO_LOCK
from emulator.cloud.authorization.authoriser import check_service
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.chaos import Chaos, Strike
from emulator.cloud.refusals import Refusal
from emulator.cloud.taps import measure
from emulator.dataplane.tracing import TraceHeader, Traces, continue_trace, new_segment_id
from emulator.runtime.configuration import FunctionConfiguration, NoFunctionError, read_configuration
from emulator.runtime.functions import Functions
from emulator.runtime.outcome import Outcome, TooManyRequestsError, failure
from emulator.runtime.worker import Invocation

NAMESPACE = "AWS/Lambda"


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """An event for a function; `function_arn` is unqualified, `trace_header` may be empty."""

    function_arn: str
    payload: bytes
    trace_header: str = ""
    request_id: str = ""


def permission_refusal(service: str, function_arn: str, source_arn: str) -> Refusal | None:
    """Return a refusal unless the function's policy lets an AWS service invoke it for this source."""
    requirement = Requirement(
        "lambda:InvokeFunction",
        function_arn,
        {"aws:sourcearn": (source_arn,), "aws:sourceaccount": (ACCOUNT_ID,)},
    )
    with MOTO_LOCK:
        return check_service(service, requirement)


def function_exists(function_arn: str) -> bool:
    """Return whether the function is deployed."""
    with MOTO_LOCK:
        return deployed.function(function_arn) is not None


class LambdaService:
    """Invokes functions and records Lambda's own X-Ray segments."""

    def __init__(self, functions: Functions, traces: Traces, chaos: Chaos) -> None:
        self._functions = functions
        self._traces = traces
        self._chaos = chaos

    def invoke(self, call: FunctionCall, *, attempt: int = 1) -> Outcome:
        """Invoke a function and wait for its response. The caller checks permissions.

        Raises:
            NoFunctionError: The function does not exist.
            TooManyRequestsError: The reserved concurrency is used up.
        """
        configuration = read_configuration(call.function_arn)
        function = {"FunctionName": configuration.name}
        header = continue_trace(call.trace_header)
        segments = _Segments(configuration, header, attempt)
        invocation = Invocation.of(call.payload, segments.header_for_function(), call.request_id)
        try:
            if self._chaos.outage(Strike.FULL_CONCURRENCY, configuration.name, call.payload):
                raise TooManyRequestsError("Rate Exceeded.")  # noqa: TRY301 - as the pool does
            outcome = self._functions.invoke(configuration.name, invocation)
        except TooManyRequestsError:
            measure(NAMESPACE, "Throttles", function)
            self._record(segments.throttled(invocation))
            raise
        if not outcome.failed and self._chaos.strikes(Strike.ANSWER_LOST, configuration.name, call.payload):
            outcome = failure("Sandbox.AnswerLost", "struck by chaos", duration_ms=outcome.duration_ms)
        measure(NAMESPACE, "Invocations", function)
        measure(NAMESPACE, "Errors", function, int(outcome.failed))
        measure(NAMESPACE, "Duration", function, outcome.duration_ms)
        self._record(segments.finished(invocation, outcome))
        return outcome

    def _record(self, segments: list[dict[str, Any]]) -> None:
        for segment in segments:
            self._traces.record(segment)


class _Segments:
    """The segments of an invocation: the service's, with the wait for a worker, and the function's."""

    def __init__(self, configuration: FunctionConfiguration, header: TraceHeader, attempt: int) -> None:
        self._configuration = configuration
        self._header = header
        self._attempt = attempt
        self._service_id, self._function_id = new_segment_id(), new_segment_id()
        self._started = time.time()

    def header_for_function(self) -> str:
        """Return the trace header for the function."""
        return self._header.under(self._function_id).render()

    def throttled(self, invocation: Invocation) -> list[dict[str, Any]]:
        """Return the segments of a throttled invocation."""
        service = self._service(invocation, time.time(), 429)
        return [{**service, "error": True, "throttle": True}] if self._recorded else []

    def finished(self, invocation: Invocation, outcome: Outcome) -> list[dict[str, Any]]:
        """Return the segments of a completed invocation."""
        if not self._recorded:
            return []
        ended = time.time()
        function = {
            **self._common(ended),
            "id": self._function_id,
            "parent_id": self._service_id,
            "start_time": ended - outcome.duration_ms / 1000,
            "origin": "AWS::Lambda::Function",
            "fault": outcome.failed,
            "aws": {"function_arn": self._configuration.arn},
        }
        return [{**self._service(invocation, ended, 200), "fault": outcome.failed}, function]

    @property
    def _recorded(self) -> bool:
        return self._configuration.tracing_active and self._header.sampled

    def _common(self, ended: float) -> dict[str, Any]:
        return {
            "trace_id": self._header.root,
            "name": self._configuration.name,
            "end_time": ended,
            "resource_arn": self._configuration.arn,
        }

    def _service(self, invocation: Invocation, ended: float, status: int) -> dict[str, Any]:
        parent = {"parent_id": self._header.parent} if self._header.parent else {}
        return {
            **self._common(ended),
            **parent,
            "id": self._service_id,
            "start_time": self._started,
            "origin": "AWS::Lambda",
            "http": {"response": {"status": status}},
            "aws": {"request_id": invocation.request_id, "attempts": self._attempt},
        }


__all__ = ["FunctionCall", "LambdaService", "NoFunctionError", "TooManyRequestsError"]
