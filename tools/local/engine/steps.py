"""The engine's steps, in the terms of the Pulumi CLI."""

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
"""Steps that count as changes; a replacement also has its component steps."""


@dataclass(frozen=True)
class Step:
    """A step on a resource, with the differences of a `tools.local.engine.decision.Decision`."""

    operation: Operation
    urn: str
    type: str
    name: str
    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return plain data, without empty lists of properties."""
        return {name: value for name, value in asdict(self).items() if value not in ((), {})}


class StepLog:
    """Steps in order of their start; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[Step] = []

    def add(self, *steps: Step) -> None:
        """Append steps that belong together."""
        with self._lock:
            self._steps.extend(steps)

    @property
    def steps(self) -> Sequence[Step]:
        """The steps so far."""
        with self._lock:
            return tuple(self._steps)


def write_report(path: Path, steps: Sequence[Step], error: str | None) -> None:
    """Write the result of a layer's process (see tools/local/engine/plan.py)."""
    content: dict[str, Any] = {
        "changes": [each.as_json() for each in steps if each.operation in LOGICAL],
        "unchanged": sum(each.operation == "same" for each in steps),
        "steps": [each.as_json() for each in steps],
        **({} if error is None else {"error": error}),
    }
    path.write_text(json.dumps(content), encoding="utf-8")
