"""A structured logger: one JSON object per line, with trace and transaction.

A line has only the fields that the caller names: no bodies, no account ids (pseudonyms instead), no messages
of library errors, which may quote data.
"""

import json
import sys
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TextIO

LEVELS: Final = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR")
"""NOTICE and above are rare; INFO gives one or two lines per transaction."""


class Logger:
    """Writes lines of at least `level`; `bind` returns a logger with additional fields."""

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
        """Log details for debugging."""
        self._write("DEBUG", message, fields)

    def info(self, message: str, **fields: object) -> None:
        """Log the processing of a transaction."""
        self._write("INFO", message, fields)

    def notice(self, message: str, **fields: object) -> None:
        """Log a rare event of interest: an alert, a verdict, a change of rules."""
        self._write("NOTICE", message, fields)

    def measured(
        self, message: str, metrics: Mapping[str, object], *, level: str = "INFO", **fields: object
    ) -> None:
        """Log a line with metrics; if the level is not logged, only the metrics."""
        if self._lets_through(level):
            self._put(level, message, {**self._bound, **fields, **metrics})
        elif metrics:
            self._put(level, message, metrics)

    def warning(self, message: str, **fields: object) -> None:
        """Log a problem that is retried, or a refused request."""
        self._write("WARNING", message, fields)

    def failure(self, message: str, **fields: object) -> None:
        """Log an error that needs attention."""
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
        # One write: print() writes the newline separately, and processes may share the log.
        stream.write(json.dumps(line, default=_plain) + "\n")
        stream.flush()


def _plain(value: object) -> str:
    # Values without a JSON form are logged by type, so that logging neither fails nor shows an object.
    return str(value) if isinstance(value, Decimal) else type(value).__name__


def where_raised(error: BaseException) -> str:
    """Return the file and line that raised an error, which may be logged besides its type."""
    traceback = error.__traceback__
    if traceback is None:
        return "unknown"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}"
