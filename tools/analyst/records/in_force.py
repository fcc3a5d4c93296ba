"""Lists and snoozes that are in force: who is on which list, and until when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stacks.compute.functions.detector.scoring import Controls, ProfileError
from tools.analyst.records.audit import subject_of


@dataclass(frozen=True)
class InForce:
    """What is decided of an account or a merchant, and still holds.

    Attributes:
        kind: `account` or `merchant`.
        identifier: Its id.
        controls: Lists and snooze.
        at: Epoch milliseconds of the last change.
        by: Who made it.
        note: Why.
        fault: Why the detector cannot read it, empty where it can.
    """

    kind: str
    identifier: str
    controls: Controls
    at: int
    by: str
    note: str
    fault: str = ""

    @property
    def subject(self) -> str:
        """`account a-1`, for example."""
        return f"{self.kind} {self.identifier}"


def in_force(items: Iterable[Mapping[str, Any]], now: int) -> Iterator[InForce]:
    """Yield what of these items holds at a time (epoch milliseconds), in their order."""
    for item in items:
        kind, _, identifier = subject_of(item).partition(" ")
        fault = ""
        try:
            controls = Controls.from_item(item)
        except ProfileError as error:
            controls, fault = Controls(), str(error)
        snoozed = controls.snoozed_until if controls.snoozed_until > now else 0
        standing = controls.standing_at(now)
        if standing or snoozed or fault:
            yield InForce(
                kind,
                identifier,
                controls._replace(
                    standing=standing,
                    standing_until=controls.standing_until if standing else 0,
                    snoozed_until=snoozed,
                ),
                int(item.get("at", 0)),
                str(item.get("by", "")),
                str(item.get("note", "")),
                fault,
            )
