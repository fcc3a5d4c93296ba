"""Faults on order: calls of the AWS APIs that are refused or held back, to see what everybody does then.

They stand in ``faults.json`` of the run directory, a list such as

    [{"operation": "sqs:CreateQueue", "containing": "orders", "effect": "refuse", "code": "OverLimit"},
     {"operation": "dynamodb:PutItem", "effect": "hold"}]

and count from the moment the file is there until it is gone: whoever wants a fault writes the file whole
(``write`` does), and ends it with another text or by removing it. A call that is held back goes on then, and
meets the faults that stand in the file by that time.
"""

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from emulator.cloud.calls import Call
from emulator.cloud.refusals import Refusal

FILE_NAME = "faults.json"
_SECONDS_BETWEEN_LOOKS = 0.02


class FaultsFileError(ValueError):
    """The file does not hold a list of faults; says where and why."""


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
    path = run_directory / FILE_NAME
    temporary = path.with_suffix(".json.new")
    temporary.write_text(json.dumps([asdict(fault) for fault in faults], indent=2), encoding="utf-8")
    temporary.replace(path)


class Faults:
    """The faults that are ordered at the moment.

    Args:
        run_directory: where the file is looked for; one of an earlier run is removed.
    """

    def __init__(self, run_directory: Path) -> None:
        self._path = run_directory / FILE_NAME
        self._path.unlink(missing_ok=True)
        self._read_at: tuple[int, int] | None = None
        self._faults: tuple[Fault, ...] = ()

    def meet(self, call: Call, on_hold: Callable[[], None]) -> Refusal | None:
        """Hold the call back as long as that is ordered; what it is refused with, if it is.

        `on_hold` is told when the call begins to wait.

        Raises:
            FaultsFileError: somebody wrote something else into the file.
        """
        held = False
        while True:
            fault = next((each for each in self._ordered() if each.hits(call)), None)
            if fault is None:
                return None
            if fault.effect == "refuse":
                return Refusal(fault.code, fault.message)
            if not held:
                on_hold()
            held = True
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _ordered(self) -> tuple[Fault, ...]:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - once for every call: a third of Path.stat's time
        except FileNotFoundError:
            return ()
        version = (found.st_mtime_ns, found.st_ino)
        if version != self._read_at:
            self._faults = self._read()
            self._read_at = version
        return self._faults

    def _read(self) -> tuple[Fault, ...]:
        try:
            return tuple(Fault(**each) for each in json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError) as error:
            raise FaultsFileError(f"{self._path} is no list of faults: {error}") from error
