"""Inject faults into chosen AWS API calls: refuse them or hold them back.

``faults.json`` in the run directory lists the faults:

    [{"operation": "sqs:CreateQueue", "containing": "orders", "effect": "refuse", "code": "OverLimit"},
     {"operation": "dynamodb:PutItem", "effect": "hold"}]

They apply while the file exists (``write`` replaces it atomically). A held call continues when its fault is
removed, and is then subject to the faults in the file at that time.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from emulator.cloud import ordered
from emulator.cloud.calls import Call
from emulator.cloud.ordered import OrderedFile
from emulator.cloud.refusals import Refusal

FILE_NAME = "faults.json"
_SECONDS_BETWEEN_LOOKS = 0.02


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in the calls of one operation.

    `operation` is written like an IAM action, with botocore's service name. `containing` is text that the
    request must contain, such as a resource name. `code` and `message` are those of a refusal.
    """

    operation: str
    effect: Literal["refuse", "hold"]
    containing: str = ""
    code: str = "InternalFailure"
    message: str = "refused by a fault that was ordered"

    def __post_init__(self) -> None:
        if self.effect not in ("refuse", "hold"):
            raise ValueError(f"effect {self.effect!r} is neither refuse nor hold")
        if self.operation.count(":") != 1:
            raise ValueError(f"operation {self.operation!r} is not written as in sqs:CreateQueue")

    def hits(self, call: Call) -> bool:
        """Return whether the fault applies to the call."""
        if self.operation != f"{call.service}:{call.operation}":
            return False
        return self.containing in call.request.target or self.containing.encode() in call.request.body


def write(run_directory: Path, faults: Iterable[Fault]) -> None:
    """Replace the faults in a running emulator; with no faults, remove all."""
    ordered.write(run_directory / FILE_NAME, [asdict(fault) for fault in faults])


class Faults:
    """The active faults.

    Args:
        run_directory: Holds the file; one of an earlier run is removed.
    """

    def __init__(self, run_directory: Path) -> None:
        self._file = OrderedFile[tuple[Fault, ...]](run_directory / FILE_NAME, _read, ())

    def meet(self, call: Call, on_hold: Callable[[], None]) -> Refusal | None:
        """Hold the call back while a fault says so, then return the fault that refuses it, if any.

        `on_hold` is called when the call begins to wait.

        Raises:
            ValueError: The file is not a valid list of faults.
        """
        held = False
        while True:
            fault = next((each for each in self._file.now() if each.hits(call)), None)
            if fault is None:
                return None
            if fault.effect == "refuse":
                return Refusal(fault.code, fault.message)
            if not held:
                on_hold()
            held = True
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def _read(faults: Any) -> tuple[Fault, ...]:
    return tuple(Fault(**each) for each in faults)
