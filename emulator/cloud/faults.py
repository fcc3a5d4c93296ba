"""Faults on order: calls of the AWS APIs that are refused or held back, to see what everybody does then.

They stand in ``faults.json`` of the run directory, a list such as

    [{"operation": "sqs:CreateQueue", "containing": "orders", "effect": "refuse", "code": "OverLimit"},
     {"operation": "dynamodb:PutItem", "effect": "hold"}]

and count from the moment the file is there until it is gone: whoever wants a fault writes the file whole
(``write`` does), and ends it with another text or by removing it. A call that is held back goes on then, and
meets the faults that stand in the file by that time.
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
    """What happens to the calls of one operation.

    `operation` is written as in a policy's action, service as botocore names it; `containing` is a text that
    the request must hold, such as a resource's name; `code` and `message` are those of a refusal.
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
        """Whether the call is one of those it is ordered for."""
        if self.operation != f"{call.service}:{call.operation}":
            return False
        return self.containing in call.request.target or self.containing.encode() in call.request.body


def write(run_directory: Path, faults: Iterable[Fault]) -> None:
    """Order exactly these faults in a running emulator; none ends all of them."""
    ordered.write(run_directory / FILE_NAME, [asdict(fault) for fault in faults])


class Faults:
    """The faults that are ordered at the moment.

    Args:
        run_directory: where the file is looked for; one of an earlier run is removed.
    """

    def __init__(self, run_directory: Path) -> None:
        self._file = OrderedFile[tuple[Fault, ...]](run_directory / FILE_NAME, _read, ())

    def meet(self, call: Call, on_hold: Callable[[], None]) -> Refusal | None:
        """Hold the call back as long as that is ordered; what it is refused with, if it is.

        `on_hold` is told when the call begins to wait.

        Raises:
            ValueError: somebody wrote something else into the file.
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
