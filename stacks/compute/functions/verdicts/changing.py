"""Process a change: lists and snoozes, rules, and approvals by a second person.

Every item has the identity that signed, from API Gateway.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.runtime.changes import Changed, waiting_key
from shared.runtime.logs import Logger
from shared.runtime.responses import Refused
from shared.runtime.tracing import Segment
from stacks.compute.functions.verdicts.asked import Approval, Asked, read_approval, read_controls, read_rules
from stacks.compute.functions.verdicts.attempts import attempts
from stacks.compute.functions.verdicts.ports import BusyError, ChangedItems, Put
from stacks.compute.functions.verdicts.second_person import (
    Limits,
    alone_after,
    person_of,
    why_controls,
    why_rules,
)
from stacks.compute.functions.verdicts.written import (
    Item,
    alone_of,
    approved_by,
    asked_of,
    changed_item,
    controls_after,
    controls_of,
    revision_of,
    says_the_same,
    values_of,
    waiting_item,
)

_ATTEMPTS: Final = 4
_NOBODY: Final[Mapping[str, Any]] = {}
_TOLD: Final = ("by", "at", "identity", "note", "revision", "approved_by", "approved_as", "version", "sha256")
_CONTROLS_TOLD: Final = ("standing", "standing_until", "standing_up_to", "snoozed_until", "snoozed_up_to")

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Doing:
    """Segment, logger and remaining time of a request."""

    segment: Segment
    log: Logger


class Changing:
    """Records each change once, despite repeated and concurrent requests.

    Args:
        items: The changed items.
        limits: Limits of changes by one person.
        clock: Returns the current time in epoch milliseconds.
    """

    def __init__(
        self,
        items: ChangedItems,
        limits: Limits,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._items, self._limits, self._clock = items, limits, clock

    def controls(
        self, event: Mapping[str, Any], segment: Segment, log: Logger, remaining: Callable[[], int]
    ) -> Answer:
        """Set list and snooze of an account or merchant; 202 if a second person must approve."""
        asked = read_controls(event, self._clock())
        return self._tried(lambda: self._change(asked, _Doing(segment, log)), remaining)

    def rules(
        self, event: Mapping[str, Any], segment: Segment, log: Logger, remaining: Callable[[], int]
    ) -> Answer:
        """Publish rules; 202 if a second person must approve."""
        asked = read_rules(event)
        return self._tried(lambda: self._change(asked, _Doing(segment, log)), remaining)

    def approve(
        self, event: Mapping[str, Any], segment: Segment, log: Logger, remaining: Callable[[], int]
    ) -> Answer:
        """Apply a pending change."""
        approval = read_approval(event)
        return self._tried(lambda: self._approve(approval, _Doing(segment, log)), remaining)

    def _tried(self, once: Callable[[], Answer | None], remaining: Callable[[], int]) -> Answer:
        """Read and write, with retries on concurrent changes.

        Raises:
            Refused: The change is refused.
            BusyError: A retry may succeed.
        """
        for _ in attempts(_ATTEMPTS, remaining):
            if (found := once()) is not None:
                return found
        raise BusyError("what is changed was changed by others during each attempt")

    def _change(self, asked: Asked, doing: _Doing) -> Answer | None:
        before = self._read(doing, asked.key)[asked.key]
        values = values_of(asked, before, self._limits)
        if says_the_same(before, values, asked.signed):
            return 200, _told(before or {})
        _check_replaced(asked, before)
        now = self._clock()
        if why := self._why(asked, before, now):
            return self._wait(asked, before, why, doing)
        return self._write(asked, before, doing)

    def _why(self, asked: Asked, before: Item | None, now: int) -> str:
        if asked.kind is Changed.CHALLENGER:
            # A challenger decides nothing; only publishing its rules does.
            return ""
        if asked.kind is Changed.RULES:
            return why_rules(self._limits)
        held = controls_of(before)
        after = controls_after(asked.values, held, self._limits)
        return why_controls(held, after, now, self._limits, alone_of(before))

    def _alone(
        self, asked: Asked, before: Item | None, now: int, approved: Mapping[str, Any]
    ) -> dict[str, int | None]:
        """Return the item's record of what one person suppresses, without what two people allow."""
        alone, held = alone_of(before), controls_of(before)
        if not approved and asked.kind is Changed.CONTROLS:
            after = controls_after(asked.values, held, self._limits)
            alone = alone_after(held, after, now, self._limits, alone)
        return {"alone_since": alone.since or None, "alone_until": alone.until or None}

    def _wait(self, asked: Asked, before: Item | None, why: str, doing: _Doing) -> Answer | None:
        change = asked.change_id(revision_of(before))
        key = waiting_key(change)
        told = {"status": "waiting", "change": change, "why": why}
        if (known := self._read(doing, key)[key]) is not None and not self._over(known):
            return 202, told
        item = waiting_item(asked, change, why, self._clock())
        with doing.segment.call("DynamoDB", "TransactWriteItems"):
            written = self._items.write([Put(item, known)])
        if written:
            doing.log.info("waits for a second person", kind=asked.kind, change=change)
        return (202, told) if written else None

    def _approve(self, approval: Approval, doing: _Doing) -> Answer | None:
        key = waiting_key(approval.change)
        waiting = self._read(doing, key)[key]
        if waiting is None or self._over(waiting):
            raise Refused(404, "unknown_change", "No change with this id waits, or none any more.")
        asked, signed = asked_of(waiting), approval.signed
        before = self._read(doing, asked.key)[asked.key]
        if waiting.get("changed") != Changed.WAITING:
            if waiting.get("approved_as") == signed.caller:
                return 200, _told(before or {})
            raise Refused(409, "approved_already", "Somebody else has approved this change.")
        people = [
            person_of(each.caller, self._limits.roles_that_name_people) for each in (signed, asked.signed)
        ]
        if people[0] == people[1] or signed.by == asked.signed.by:
            raise Refused(403, "same_person", "Whoever asked for a change does not approve it.")
        _check_replaced(asked, before)
        approved = approved_by(signed, self._clock())
        done = {name: value for name, value in waiting.items() if name != "changed"} | approved
        return self._write(asked, before, doing, approved, (Put(done, waiting),))

    def _write(
        self,
        asked: Asked,
        before: Item | None,
        doing: _Doing,
        approved: Mapping[str, Any] = _NOBODY,
        more: tuple[Put, ...] = (),
    ) -> Answer | None:
        now = self._clock()
        values = values_of(asked, before, self._limits) | self._alone(asked, before, now, approved)
        in_force, entry = changed_item(asked, values, before, now, approved)
        with doing.segment.call("DynamoDB", "TransactWriteItems"):
            written = self._items.write([Put(in_force, before), Put(entry, None), *more])
        if not written:
            return None
        doing.log.info("changed", kind=asked.kind, revision=in_force["revision"], approved=bool(approved))
        return 200, _told(in_force)

    def _over(self, waiting: Item) -> bool:
        return int(waiting.get("expires_at", 0)) * 1000 <= self._clock()

    def _read(self, doing: _Doing, *keys: str) -> Mapping[str, Item | None]:
        with doing.segment.call("DynamoDB", "BatchGetItem"):
            return self._items.read(keys)


def _check_replaced(asked: Asked, before: Item | None) -> None:
    """Refuse to replace rules other than those the requester has seen.

    Raises:
        Refused: 409 `other_rules`.
    """
    if "replaces" in asked.values and revision_of(before) != asked.values["replaces"]:
        raise Refused(
            409,
            "other_rules",
            f"Publication {revision_of(before)} is in force, and this replaces another one: look at it, and "
            "publish again.",
        )


def _told(item: Item) -> dict[str, Any]:
    """Return the response about a current item, without its key."""
    found = {name: item[name] for name in (*_TOLD, *_CONTROLS_TOLD) if item.get(name) is not None}
    return {"status": "changed", **{name: _plain(value) for name, value in found.items()}}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)
