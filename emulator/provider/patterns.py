"""Event patterns among inputs: what EventBridge would refuse is refused before anything is created."""

from collections.abc import Iterator
from typing import Any

from emulator.event_patterns import PatternError, parse_pattern
from emulator.provider.resource import CheckFailure


def pattern_failures(path: str, text: Any) -> Iterator[CheckFailure]:
    """What is wrong with a pattern given as JSON text; nothing for one that is not known yet."""
    if isinstance(text, str):
        try:
            parse_pattern(text)
        except PatternError as error:
            yield CheckFailure(path, str(error))
