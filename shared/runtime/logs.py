"""One JSON object per log line, with the trace and transaction that it is about.

A line holds what the caller names and nothing else: no bodies, no account ids (pseudonyms instead), no
texts of libraries' errors, which may quote what was sent.
"""

import json
import sys
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TextIO

LEVELS: Final = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR")
"""From NOTICE on, a line is about something rare; at INFO there is a line or two for each transaction."""


class Logger:
    """Writes lines of at least `level`; `bind` gives a logger whose lines carry more fields."""

    def __init__(
        self,
        function: str,
        level: str = "INFO",
        *,
        stream: TextIO | None = None,
        bound: Mapping[str, Any] | None = None,
    ) -> None:
        self._function = function
        self._level = level
        self._stream = stream
        self._bound = dict(bound or {})

    def bind(self, **fields: object) -> "Logger":
        """Return a logger that adds these fields to every line."""
        return Logger(self._function, self._level, stream=self._stream, bound={**self._bound, **fields})

    def debug(self, message: str, **fields: object) -> None:
        """Write a line for who looks for a fault."""
        self._write("DEBUG", message, fields)

    def info(self, message: str, **fields: object) -> None:
        """Write a line about what is done with every transaction; metrics count it without a line."""
        self._write("INFO", message, fields)

    def notice(self, message: str, **fields: object) -> None:
        """Write a line about something that is rare and is looked for: an alert, a verdict, other rules."""
        self._write("NOTICE", message, fields)

    def measured(
        self, message: str, metrics: Mapping[str, object], *, level: str = "INFO", **fields: object
    ) -> None:
        """Write a line of a level with metrics, if any; those alone where the level is not written."""
        if self._lets_through(level):
            self._put(level, message, {**self._bound, **fields, **metrics})
        elif metrics:
            self._put(level, message, metrics)

    def warning(self, message: str, **fields: object) -> None:
        """Write a line about something that went wrong and is tried again, or was refused."""
        self._write("WARNING", message, fields)

    def failure(self, message: str, **fields: object) -> None:
        """Write a line about something that somebody must look at."""
        self._write("ERROR", message, fields)

    def _write(self, level: str, message: str, fields: Mapping[str, object]) -> None:
        if self._lets_through(level):
            self._put(level, message, {**self._bound, **fields})

    def _lets_through(self, level: str) -> bool:
        return LEVELS.index(level) >= LEVELS.index(self._level)

    def _put(self, level: str, message: str, fields: Mapping[str, object]) -> None:
        seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
        line = {
            "timestamp": time.strftime(f"%Y-%m-%dT%H:%M:%S.{milliseconds:03d}Z", time.gmtime(seconds)),
            "level": level,
            "message": message,
            "function": self._function,
            **fields,
        }
        stream = self._stream or sys.stdout
        # In one piece: where several processes share a log, print() lets another line in before its newline.
        stream.write(json.dumps(line, default=_plain) + "\n")
        stream.flush()


def _plain(value: object) -> str:
    # What has no JSON form is named by its type: a log line neither fails the function nor shows an object.
    return str(value) if isinstance(value, Decimal) else type(value).__name__


def where_raised(error: BaseException) -> str:
    """Return the file and line that raised an error: what a log line may say of it besides its type."""
    traceback = error.__traceback__
    if traceback is None:
        return "unknown"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}"
