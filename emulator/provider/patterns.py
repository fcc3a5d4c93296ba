"""Check event patterns in inputs, so that invalid ones fail before anything is created."""

from collections.abc import Iterator
from typing import Any

from emulator.event_patterns import PatternError, parse_pattern
from emulator.provider.resource import CheckFailure


def pattern_failures(path: str, text: Any) -> Iterator[CheckFailure]:
    """Yield the check failures of a pattern in JSON text; none for an unknown one."""
    if isinstance(text, str):
        try:
            parse_pattern(text)
        except PatternError as error:
            yield CheckFailure(path, str(error))
