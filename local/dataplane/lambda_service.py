"""The Lambda service in front of the workers: who may invoke, and the segments of an invocation."""

import time
from dataclasses import dataclass

from local.cloud import deployed
from local.cloud.account import ACCOUNT_ID, MOTO_LOCK
from local.cloud.authorization.authoriser import check_service
from local.cloud.authorization.requirements import Requirement
from local.cloud.refusals import Refusal
from local.dataplane.tracing import Traces, continue_trace, new_segment_id
from local.runtime.configuration import NoFunctionError, read_configuration
from local.runtime.functions import Functions
from local.runtime.outcome import Outcome, TooManyRequestsError
from local.runtime.worker import Invocation


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """One event for a function; `function_arn` is unqualified, `trace_header` may be empty."""

    function_arn: str
    payload: bytes
    trace_header: str = ""
    request_id: str = ""


def permission_refusal(service: str, function_arn: str, source_arn: str) -> Refusal | None:
    """Refuses an AWS service to invoke a function, unless the function's policy allows it for this source."""
    requirement = Requirement(
        "lambda:InvokeFunction",
        function_arn,
        {"aws:sourcearn": (source_arn,), "aws:sourceaccount": (ACCOUNT_ID,)},
    )
    with MOTO_LOCK:
        return check_service(service, requirement)


def function_exists(function_arn: str) -> bool:
    """Whether a function with this ARN is deployed."""
    with MOTO_LOCK:
        return deployed.function(function_arn) is not None


class LambdaService:
    """Invokes functions and records the segments that Lambda itself sends to X-Ray."""

    def __init__(self, functions: Functions, traces: Traces) -> None:
        self._functions = functions
        self._traces = traces

    def invoke(self, call: FunctionCall, *, attempt: int = 1) -> Outcome:
        """Invokes a function and waits for its answer; permissions are the caller's concern.

        Raises:
            NoFunctionError: there is no such function.
            TooManyRequestsError: its reserved concurrency is used up.
        """
        configuration = read_configuration(call.function_arn)
        header = continue_trace(call.trace_header)
        service_id, function_id = new_segment_id(), new_segment_id()
        invocation = Invocation.of(call.payload, header.under(function_id).render(), call.request_id)
        started = time.time()
        outcome: Outcome | None = None
        throttled = False
        try:
            outcome = self._functions.invoke(configuration.name, invocation)
        except TooManyRequestsError:
            throttled = True
            raise
        finally:
            if configuration.tracing_active and header.sampled:
                ended = time.time()
                failed = outcome is None or outcome.failed
                common = {
                    "trace_id": header.root,
                    "name": configuration.name,
                    "end_time": ended,
                    "resource_arn": call.function_arn,
                }
                service = {**common, "id": service_id, "start_time": started, "origin": "AWS::Lambda"}
                service["http"] = {"response": {"status": 429 if throttled else 200}}
                service["aws"] = {"request_id": invocation.request_id, "attempts": attempt}
                if header.parent:
                    service["parent_id"] = header.parent
                if throttled:
                    service["throttle"] = True
                self._traces.record({**service, "fault": failed})
                if outcome is not None:
                    own_start = ended - outcome.duration_ms / 1000
                    self._traces.record(
                        {
                            **common,
                            "id": function_id,
                            "parent_id": service_id,
                            "start_time": own_start,
                            "origin": "AWS::Lambda::Function",
                            "fault": outcome.failed,
                            "aws": {"function_arn": configuration.arn},
                        }
                    )
        return outcome


__all__ = ["FunctionCall", "LambdaService", "NoFunctionError", "TooManyRequestsError"]
