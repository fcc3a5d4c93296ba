"""What the engine decided to do to each resource, step by step, in the words of the Pulumi CLI."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Operation = Literal[
    "same",
    "create",
    "update",
    "delete",
    "read",
    "discard",
    "replace",
    "create-replacement",
    "delete-replaced",
]

LOGICAL: frozenset[Operation] = frozenset({"create", "update", "delete", "replace"})
"""What a person calls a change; a replacement also has the steps that it consists of."""


@dataclass(frozen=True)
class Step:
    """One step on one resource; what differs is told as in `tools.local.engine.decision.Decision`."""

    operation: Operation
    urn: str
    type: str
    name: str
    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain data; changed properties are left out where there are none."""
        return {name: value for name, value in asdict(self).items() if value not in ((), {})}


class StepLog:
    """Steps in the order in which they began; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[Step] = []

    def add(self, *steps: Step) -> None:
        """Append steps that belong together."""
        with self._lock:
            self._steps.extend(steps)

    @property
    def steps(self) -> Sequence[Step]:
        """All so far."""
        with self._lock:
            return tuple(self._steps)


def write_report(path: Path, steps: Sequence[Step], error: str | None) -> None:
    """Write what one layer's process found, for the process that asked (see tools/local/engine/plan.py)."""
    content: dict[str, Any] = {
        "changes": [each.as_json() for each in steps if each.operation in LOGICAL],
        "unchanged": sum(each.operation == "same" for each in steps),
        "steps": [each.as_json() for each in steps],
        **({} if error is None else {"error": error}),
    }
    path.write_text(json.dumps(content), encoding="utf-8")
