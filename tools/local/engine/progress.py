"""Progress of a deployment: a line for each changed resource, and a summary."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Literal, TextIO

Action = Literal["create", "update", "replace", "delete", "same", "read", "forget"]

_SYMBOLS: dict[Action, str] = {
    "create": "+",
    "update": "~",
    "replace": "±",
    "delete": "-",
    "same": " ",
    "read": ">",
    "forget": "?",
}
_DONE: dict[Action, str] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "same": "unchanged",
    "read": "read",
    "forget": "vanished",
}
_PLANNED: dict[Action, str] = {
    "create": "to create",
    "update": "to update",
    "replace": "to replace",
    "delete": "to delete",
    "same": "unchanged",
    "read": "to read",
    "forget": "vanished",
}


class Progress:
    """Counts and prints the steps on a layer's resources; thread-safe."""

    def __init__(self, title: str, *, preview: bool = False, stream: TextIO | None = None) -> None:
        """`title` heads the lines; a preview speaks of what would be done."""
        self._words = _PLANNED if preview else _DONE
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self.counts: Counter[Action] = Counter()
        self.line(title)

    @property
    def changes(self) -> int:
        """Number of resources that differ from the program."""
        return sum(self.counts[action] for action in ("create", "update", "replace", "delete"))

    def line(self, text: str) -> None:
        """Print and flush a line."""
        with self._lock:
            print(text, file=self._stream, flush=True)

    def step(
        self,
        action: Action,
        type_token: str,
        name: str,
        *,
        seconds: float | None = None,
        details: Sequence[str] = (),
    ) -> None:
        """Count a resource, and print it unless unchanged."""
        with self._lock:
            self.counts[action] += 1
        if action == "same":
            return
        took = "" if seconds is None else f" ({seconds:.2f}s)"
        about = f" [{', '.join(details)}]" if details else ""
        self.line(f" {_SYMBOLS[action]} {type_token} {name} {self._words[action]}{about}{took}")

    def failure(self, text: str) -> None:
        """Print an error."""
        self.line(f" ! {text}")

    def summary(self) -> None:
        """Print the number of resources by step, and the duration."""
        rows = [
            f"    {_SYMBOLS[action]} {self.counts[action]} {self._words[action]}"
            for action in _SYMBOLS
            if self.counts[action]
        ]
        self.line("\n".join(["Resources:", *(rows or ["      nothing"])]))
        self.line(f"Duration: {time.monotonic() - self._started:.1f}s")
