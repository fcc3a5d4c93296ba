"""Event buses: match accepted events against rules and deliver them to the rules' targets.

Source: "Event retry policy and dead-letter queues" in the EventBridge user guide. A Lambda target takes the
event asynchronously: once Lambda accepts it, Lambda handles retries and failures.
"""

import json
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emulator.cloud import taps
from emulator.cloud.account import ACCOUNT_ID, MOTO_LOCK, backend
from emulator.cloud.authorization.authoriser import check_service
from emulator.cloud.authorization.requirements import Requirement, bus_arn, key_arn
from emulator.cloud.chaos import Chaos, Strike
from emulator.cloud.repairs.events import rules_of
from emulator.cloud.taps import BusEvent, measure
from emulator.dataplane.asynchronous import AsynchronousInvoker
from emulator.dataplane.lambda_service import FunctionCall, function_exists, permission_refusal
from emulator.dataplane.options import DataPlaneOptions
from emulator.dataplane.queue_sender import UndeliverableError, send_as_service
from emulator.dataplane.scheduler import Scheduler
from emulator.event_patterns import Pattern, parse_pattern

log = logging.getLogger(__name__)

SERVICE = "events.amazonaws.com"
_DEFAULT_ATTEMPTS, _DEFAULT_AGE_SECONDS = 185, 24 * 3600
_FIRST_RETRY_SECONDS = 30.0
_OVERTAKEN_SECONDS = 0.3
"""Delay that lets later events of the same account overtake."""
_UNSUPPORTED = ("Input", "InputPath", "InputTransformer")


class DeliveryError(Exception):
    """A target refused an event, with EventBridge's error code and whether to retry."""

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery of an event to one target of a rule."""

    rule_arn: str
    target: Mapping[str, Any]
    body: str
    trace_header: str
    accepted_at: float
    attempts: int = 0

    @property
    def target_arn(self) -> str:
        """The target's ARN."""
        return str(self.target["Arn"])


class EventBuses:
    """Delivers the events that buses accept."""

    def __init__(
        self, invoker: AsynchronousInvoker, scheduler: Scheduler, options: DataPlaneOptions, chaos: Chaos
    ) -> None:
        self._chaos = chaos
        self._invoker = invoker
        self._scheduler = scheduler
        self._options = options
        taps.event_accepted.listen(self._accepted)

    def stop(self) -> None:
        """Stop taking events."""
        taps.event_accepted.forget(self._accepted)

    def _accepted(self, accepted: BusEvent) -> None:
        with MOTO_LOCK:
            if not _bus_key_usable(accepted):
                return
            rules = [(rule.arn, _pattern(rule), list(rule.targets)) for rule in rules_of(accepted.bus_name)]
        for rule_arn, pattern, targets in rules:
            if pattern.matches(accepted.event):
                for target in targets:
                    body = json.dumps(accepted.event)
                    self._begin(Delivery(rule_arn, target, body, accepted.trace_header, time.time()))

    def _begin(self, delivery: Delivery) -> None:
        """Deliver at once, unless a fault delays, reorders or duplicates the event."""
        place, content = delivery.rule_arn, delivery.body.encode()
        if self._chaos.strikes(Strike.EVENT_REPEATED, place, content):
            self._scheduler.after(_OVERTAKEN_SECONDS, lambda: self._deliver(delivery))
        if self._chaos.strikes(Strike.EVENT_DELAYED, place, content):
            self._scheduler.after(self._chaos.outage_seconds, lambda: self._deliver(delivery))
        elif self._chaos.strikes(Strike.EVENT_OVERTAKEN, place, content):
            self._scheduler.after(_OVERTAKEN_SECONDS, lambda: self._deliver(delivery))
        else:
            self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            self._attempt(delivery)
        except DeliveryError as error:
            self._failed(replace(delivery, attempts=delivery.attempts + 1), error)

    def _attempt(self, delivery: Delivery) -> None:
        for name in _UNSUPPORTED:
            if delivery.target.get(name):
                raise DeliveryError("INVALID_PARAMETER", f"the embedded AWS does not know a target's {name}")
        service = delivery.target_arn.split(":")[2]
        if service == "lambda":
            self._to_function(delivery)
        elif service == "sqs":
            _to_queue(delivery)
        else:
            raise DeliveryError("INVALID_PARAMETER", f"the embedded AWS delivers to no {service} target")

    def _to_function(self, delivery: Delivery) -> None:
        if not function_exists(delivery.target_arn):
            raise DeliveryError("NO_RESOURCE", f"Function not found: {delivery.target_arn}")
        refusal = permission_refusal(SERVICE, delivery.target_arn, delivery.rule_arn)
        if refusal is not None:
            raise DeliveryError("NO_PERMISSIONS", refusal.message)
        payload = delivery.body.encode()
        self._invoker.accept(
            FunctionCall(delivery.target_arn, payload, delivery.trace_header, str(uuid.uuid4()))
        )

    def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        policy = delivery.target.get("RetryPolicy") or {}
        attempts = policy.get("MaximumRetryAttempts", _DEFAULT_ATTEMPTS)
        age = policy.get("MaximumEventAgeInSeconds", _DEFAULT_AGE_SECONDS)
        if error.retryable and delivery.attempts <= attempts and time.time() - delivery.accepted_at < age:
            delay = _FIRST_RETRY_SECONDS * delivery.attempts * self._options.delay_scale
            self._scheduler.after(delay, lambda: self._deliver(delivery))
            return
        _measure(delivery.rule_arn, "FailedInvocations")
        queue_arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue_arn:
            log.error("%s: an event for %s is lost: %s", delivery.rule_arn, delivery.target_arn, error)
            return
        attributes = {
            "RULE_ARN": delivery.rule_arn,
            "TARGET_ARN": delivery.target_arn,
            "ERROR_CODE": error.code,
            "ERROR_MESSAGE": str(error),
        }
        if error.retryable:
            attributes["EXHAUSTED_RETRY_CONDITION"] = (
                "MaximumRetryAttempts" if delivery.attempts > attempts else "MaximumEventAgeInSeconds"
            )
            attributes["RETRY_ATTEMPTS"] = str(delivery.attempts - 1)
        if not _to_dead_letters(delivery.rule_arn, queue_arn, delivery.body, attributes):
            _measure(delivery.rule_arn, "InvocationsFailedToBeSentToDlq")


def _pattern(rule: Any) -> Pattern:
    return parse_pattern(json.dumps(rule.event_pattern.get_pattern(), sort_keys=True))


def _to_queue(delivery: Delivery) -> None:
    try:
        send_as_service(SERVICE, delivery.rule_arn, delivery.target_arn, delivery.body, {})
    except UndeliverableError as error:
        raise DeliveryError("NO_PERMISSIONS", str(error)) from error


def _to_dead_letters(source_arn: str, queue_arn: str, body: str, attributes: Mapping[str, str]) -> bool:
    try:
        send_as_service(SERVICE, source_arn, queue_arn, body, attributes)
    except UndeliverableError as error:
        log.error("%s: lost, its DLQ says: %s", source_arn, error)  # noqa: TRY400
        return False
    return True


def _measure(rule_arn: str, name: str) -> None:
    bus, _, rule = rule_arn.partition(":rule/")[2].rpartition("/")
    measure("AWS/Events", name, {"EventBusName": bus or "default", "RuleName": rule})


def _bus_key_usable(accepted: BusEvent) -> bool:
    """Return whether EventBridge may use the bus's key; if not, the event goes to its dead-letter queue."""
    bus = backend("events").event_buses.get(accepted.bus_name)
    if bus is None or not bus.kms_key_identifier:
        return bus is not None
    source = bus_arn(accepted.bus_name)
    context = {
        "aws:sourcearn": (source,),
        "aws:sourceaccount": (ACCOUNT_ID,),
        "kms:encryptioncontext:aws:events:event-bus:arn": (source,),
    }
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        refusal = check_service(SERVICE, Requirement(action, key_arn(bus.kms_key_identifier), context))
        if refusal is not None:
            queue_arn = (bus.dead_letter_config or {}).get("Arn")
            if queue_arn:
                attributes = {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": refusal.message}
                _to_dead_letters(source, queue_arn, json.dumps(accepted.event), attributes)
            else:
                log.error("%s: an event is lost: %s", source, refusal.message)
            return False
    return True
