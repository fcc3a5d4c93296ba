"""Asynchronous invocation: queue events, invoke with retries, and send failures to destinations.

Source: "Invoking a function asynchronously" and "Capturing records of Lambda asynchronous invocations" in
the Lambda developer guide. Function errors are retried after one and two minutes, up to the configured number
of attempts; throttled events are retried with exponential backoff until they reach their maximum age.
"""

import json
import logging
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from emulator.cloud import deployed
from emulator.cloud.account import MOTO_LOCK
from emulator.cloud.role_sessions import AssumeRoleError, role_caller
from emulator.cloud.taps import measure
from emulator.dataplane.lambda_service import NAMESPACE, FunctionCall, LambdaService
from emulator.dataplane.options import DataPlaneOptions
from emulator.dataplane.queue_sender import UndeliverableError, send_as_role
from emulator.dataplane.scheduler import Scheduler
from emulator.runtime.configuration import NoFunctionError
from emulator.runtime.outcome import Outcome, TooManyRequestsError

log = logging.getLogger(__name__)

_RETRY_DELAYS = (60.0, 120.0)
_FIRST_THROTTLE_DELAY, _LONGEST_THROTTLE_DELAY = 1.0, 300.0
_DEFAULT_ATTEMPTS, _DEFAULT_AGE_SECONDS = 2, 6 * 3600


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An accepted event, with its number of attempts and throttles."""

    call: FunctionCall
    accepted_at: float
    invocations: int = 0
    throttles: int = 0


@dataclass(slots=True)
class _FunctionQueue:
    """The queued events of a function, and the number of threads that run them."""

    events: deque[PendingEvent] = field(default_factory=deque)
    running: int = 0


class AsynchronousInvoker:
    """Invokes functions with accepted events."""

    def __init__(self, service: LambdaService, scheduler: Scheduler, options: DataPlaneOptions) -> None:
        self._service = service
        self._scheduler = scheduler
        self._options = options
        self._queues: defaultdict[str, _FunctionQueue] = defaultdict(_FunctionQueue)
        self._lock = threading.Lock()
        self._stopping = False

    def accept(self, call: FunctionCall) -> None:
        """Queue an event; it runs as soon as a worker is free."""
        self._enqueue(PendingEvent(call, time.time()))

    def waiting(self) -> int:
        """Return the number of queued events, without those in progress or waiting for a retry."""
        with self._lock:
            return sum(len(each.events) for each in self._queues.values())

    def stop(self) -> None:
        """Stop invoking."""
        self._stopping = True

    def _enqueue(self, event: PendingEvent) -> None:
        with self._lock:
            waiting = self._queues[event.call.function_arn]
            waiting.events.append(event)
            if waiting.running >= self._options.maximum_workers or self._stopping:
                return
            waiting.running += 1
        threading.Thread(
            target=self._run, args=(event.call.function_arn,), name="asynchronous-invoke", daemon=True
        ).start()

    def _run(self, function_arn: str) -> None:
        while (event := self._next(function_arn)) is not None:
            try:
                self._attempt(event)
            except Exception:
                log.exception("an event for %s was dropped by an error of the emulator", function_arn)

    def _next(self, function_arn: str) -> PendingEvent | None:
        with self._lock:
            waiting = self._queues[function_arn]
            if waiting.events and not self._stopping:
                return waiting.events.popleft()
            waiting.running -= 1
            return None

    def _attempt(self, event: PendingEvent) -> None:
        settings = _settings(event.call.function_arn)
        if settings is None:
            log.error("%s does not exist any more: one of its events is dropped", event.call.function_arn)
            return
        if time.time() - event.accepted_at > settings.maximum_age_seconds:
            self._give_up(event, settings, "EventAgeExceeded", None)
            return
        function = {"FunctionName": settings.function_name}
        measure(NAMESPACE, "AsyncEventAge", function, (time.time() - event.accepted_at) * 1000)
        try:
            outcome = self._service.invoke(event.call, attempt=event.invocations + 1)
        except TooManyRequestsError:
            delay = min(_FIRST_THROTTLE_DELAY * 2**event.throttles, _LONGEST_THROTTLE_DELAY)
            self._later(delay, replace(event, throttles=event.throttles + 1))
            return
        except NoFunctionError:
            log.error("%s does not exist any more: one of its events is dropped", event.call.function_arn)  # noqa: TRY400
            return
        ran = replace(event, invocations=event.invocations + 1)
        if not outcome.failed:
            self._send_record(ran, settings, settings.on_success, "Success", outcome)
        elif ran.invocations <= settings.maximum_retries:
            self._later(_RETRY_DELAYS[min(ran.invocations, len(_RETRY_DELAYS)) - 1], ran)
        else:
            self._give_up(ran, settings, "RetriesExhausted", outcome)

    def _later(self, seconds: float, event: PendingEvent) -> None:
        self._scheduler.after(seconds * self._options.delay_scale, lambda: self._enqueue(event))

    def _give_up(
        self, event: PendingEvent, settings: "_Settings", condition: str, outcome: Outcome | None
    ) -> None:
        measure(NAMESPACE, "AsyncEventsDropped", {"FunctionName": settings.function_name})
        if not settings.on_failure:
            log.error(
                "%s: an event is dropped (%s); it has no on-failure destination",
                event.call.function_arn,
                condition,
            )
            return
        self._send_record(event, settings, settings.on_failure, condition, outcome)

    def _send_record(
        self,
        event: PendingEvent,
        settings: "_Settings",
        destination: str,
        condition: str,
        outcome: Outcome | None,
    ) -> None:
        if not destination:
            return
        try:
            caller = role_caller(settings.role_arn, "lambda.amazonaws.com", settings.function_name, {})
            send_as_role(caller, destination, json.dumps(_record(event, condition, outcome)))
        except (UndeliverableError, AssumeRoleError) as error:
            measure(NAMESPACE, "DestinationDeliveryFailures", {"FunctionName": settings.function_name})
            log.error("%s: a record (%s) is lost: %s", event.call.function_arn, condition, error)  # noqa: TRY400


@dataclass(frozen=True, slots=True)
class _Settings:
    """A function's asynchronous configuration; destinations are ARNs or empty."""

    function_name: str
    role_arn: str
    maximum_retries: int
    maximum_age_seconds: int
    on_success: str
    on_failure: str


def _settings(function_arn: str) -> _Settings | None:
    with MOTO_LOCK:
        function = deployed.function(function_arn)
        if function is None:
            return None
        configs = [each.config for each in function.event_invoke_config]
        config: dict[str, Any] = configs[-1] if configs else {}
    destinations = config.get("DestinationConfig") or {}
    return _Settings(
        function_name=function.function_name,
        role_arn=function.role,
        maximum_retries=config.get("MaximumRetryAttempts", _DEFAULT_ATTEMPTS),
        maximum_age_seconds=config.get("MaximumEventAgeInSeconds", _DEFAULT_AGE_SECONDS),
        on_success=(destinations.get("OnSuccess") or {}).get("Destination", ""),
        on_failure=(destinations.get("OnFailure") or {}).get("Destination", ""),
    )


def _record(event: PendingEvent, condition: str, outcome: Outcome | None) -> dict[str, Any]:
    """Return the invocation record in AWS's shape."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": now,
        "requestContext": {
            "requestId": event.call.request_id,
            "functionArn": f"{event.call.function_arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": event.invocations,
        },
        "requestPayload": _as_json(event.call.payload),
    }
    if outcome is not None:
        record["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST"}
        if outcome.failed:
            record["responseContext"]["functionError"] = outcome.function_error
        record["responsePayload"] = _as_json(outcome.payload)
    return record


def _as_json(payload: bytes) -> Any:
    try:
        return json.loads(payload or b"null")
    except ValueError:
        return payload.decode("utf-8", "replace")
