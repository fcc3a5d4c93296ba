"""EventBridge: override PutEvents delivery.

Moto raises for a Lambda target, so that the *sender* gets HTTP 500, and sets an event's time in epoch seconds
instead of ISO 8601. Here PutEvents accepts the event and notifies the data plane, which delivers it.
"""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.events.exceptions import InvalidEventPatternException, ValidationException
from moto.events.models import EventPatternParser, EventsBackend

from emulator.cloud import deployed, taps
from emulator.cloud.account import ACCOUNT_ID, REGION, backend
from emulator.cloud.replacing import replaces
from emulator.event_patterns import Pattern, PatternError

MAXIMUM_ENTRIES = 10
MAXIMUM_ENTRY_BYTES = 1024 * 1024


class PutEventsError(Exception):
    """An entry is refused, with AWS's error code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@replaces(EventsBackend, "put_events")
def _put_events(_: EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return put_events(entries)


def put_events(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accept PutEvents request entries; return the response entries in the same order."""
    if not 1 <= len(entries) <= MAXIMUM_ENTRIES:
        raise ValidationException(
            f"1 validation error detected: Value '{len(entries)} entries' at 'entries' failed to satisfy "
            "constraint: Member must have length between 1 and 10"
        )
    results: list[dict[str, Any]] = []
    for entry in entries:
        try:
            accepted = _accept(entry)
        except PutEventsError as error:
            results.append({"ErrorCode": error.code, "ErrorMessage": str(error)})
        else:
            taps.event_accepted.tell(accepted)
            results.append({"EventId": accepted.event["id"]})
    return results


def _accept(entry: dict[str, Any]) -> taps.BusEvent:
    for field in ("Source", "DetailType", "Detail"):
        if not entry.get(field):
            raise PutEventsError(
                "InvalidArgument", f"Parameter {field} is not valid. Reason: {field} is a required argument."
            )
    if (
        sum(len(str(entry[field]).encode()) for field in ("Source", "DetailType", "Detail"))
        > MAXIMUM_ENTRY_BYTES
    ):
        raise PutEventsError("InvalidArgument", "Total size of the entry is over the limit.")
    try:
        detail = json.loads(entry["Detail"])
    except ValueError as error:
        raise PutEventsError("MalformedDetail", "Detail is malformed.") from error
    if not isinstance(detail, dict):
        raise PutEventsError("MalformedDetail", "Detail is malformed.")
    name = entry.get("EventBusName") or "default"
    bus = deployed.event_bus(name)
    if bus is None:
        raise PutEventsError("ResourceNotFoundException", f"Event bus {name} does not exist.")
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT_ID,
        "time": _iso_time(entry.get("Time")),
        "region": REGION,
        "resources": entry.get("Resources") or [],
        "detail": detail,
    }
    return taps.BusEvent(bus.name, event, entry.get("TraceHeader") or "")


def _iso_time(given: Any) -> str:
    if isinstance(given, str):
        return given
    moment = datetime.now(UTC) if given is None else datetime.fromtimestamp(float(given), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def rules_of(bus_name: str) -> list[Any]:
    """Return a bus's enabled rules that have an event pattern."""
    bus = backend("events").event_buses.get(bus_name)
    rules = list(bus.rules.values()) if bus else []
    return [rule for rule in rules if rule.state == "ENABLED" and rule.event_pattern.get_pattern()]


@replaces(EventPatternParser, "_validate_event_pattern")
def _validate_pattern(_: EventPatternParser, pattern: dict[str, Any]) -> None:
    if not pattern:
        return
    try:
        Pattern(pattern)
    except PatternError as error:
        raise InvalidEventPatternException(reason=str(error).partition("Reason: ")[2]) from error
