"""Files in the run directory that change the behaviour of a running emulator while they exist."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

Order = TypeVar("Order")


def write(path: Path, order: Any) -> None:
    """Write an order atomically as JSON; None removes it."""
    if order is None:
        path.unlink(missing_ok=True)
        return
    temporary = path.with_suffix(".json.new")
    temporary.write_text(json.dumps(order, indent=2), encoding="utf-8")
    temporary.replace(path)


class OrderedFile(Generic[Order]):
    """The current content of an order file; one of an earlier run is removed.

    Args:
        path: Path of the file.
        read: Parses the JSON content; raises ValueError or TypeError if it is invalid.
        nothing: The order while there is no file.
    """

    def __init__(self, path: Path, read: Callable[[Any], Order], nothing: Order) -> None:
        self._path, self._read, self._nothing = path, read, nothing
        self._path.unlink(missing_ok=True)
        self._read_at: tuple[int, int] | None = None
        self._order = nothing

    def now(self) -> Order:
        """Return the current order.

        Raises:
            ValueError: The content is invalid; the message says where and why.
        """
        try:
            found = os.stat(self._path)  # noqa: PTH116 - once for every call: a third of Path.stat's time
            version = (found.st_mtime_ns, found.st_ino)
            if version != self._read_at:
                self._order = self._read(json.loads(self._path.read_text(encoding="utf-8")))
                self._read_at = version
        except FileNotFoundError:
            self._order, self._read_at = self._nothing, None
        except (ValueError, TypeError) as error:
            raise ValueError(f"{self._path} holds no order: {error}") from error
        return self._order
