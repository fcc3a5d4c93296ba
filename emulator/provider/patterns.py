"""Event patterns of EventBridge, pipes and event source mappings: an unknown operator is an error here.

moto takes an operator that it does not know for a match of everything, so a misspelt one would route every
event. Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns".
"""

import json
from collections.abc import Iterator
from typing import Any

from emulator.provider.resource import CheckFailure

OPERATORS = frozenset(
    {
        "anything-but",
        "cidr",
        "equals-ignore-case",
        "exists",
        "numeric",
        "prefix",
        "suffix",
        "wildcard",
    }
)
_INSIDE_ANYTHING_BUT = frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard"})
_COMPARISONS = frozenset({"=", "<", "<=", ">", ">="})


def pattern_failures(path: str, text: Any) -> Iterator[CheckFailure]:
    """What is wrong with a pattern given as JSON text; nothing for one that is not known yet."""
    if not isinstance(text, str):
        return
    try:
        pattern = json.loads(text)
    except ValueError as error:
        yield CheckFailure(path, f"is not valid JSON: {error}")
        return
    if not isinstance(pattern, dict) or not pattern:
        yield CheckFailure(path, "an event pattern must be a non-empty JSON object")
        return
    for where, reason in _faults(pattern, ""):
        yield CheckFailure(path, f"{where}: {reason}")


def _faults(pattern: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    for name, value in pattern.items():
        here = f"{where}.{name}" if where else name
        if name == "$or":
            yield from _alternatives(value, here)
        elif isinstance(value, dict):
            yield from _faults(value, here)
        elif isinstance(value, list):
            if not value:
                yield here, "an empty list matches nothing"
            for matcher in value:
                yield from _matcher_faults(matcher, here)
        else:
            yield here, "must be a list of values or an object"


def _alternatives(value: Any, here: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(each, dict) for each in value):
        yield here, "must be a list of at least two objects"
        return
    for each in value:
        yield from _faults(each, here)


def _matcher_faults(matcher: Any, here: str) -> Iterator[tuple[str, str]]:
    if isinstance(matcher, list):
        yield here, "lists do not nest"
    if not isinstance(matcher, dict):
        return
    if len(matcher) != 1:
        yield here, f"one operator at a time, not {len(matcher)}"
        return
    operator, operand = next(iter(matcher.items()))
    if operator not in OPERATORS:
        yield here, f"unknown operator {operator!r}; known are {', '.join(sorted(OPERATORS))}"
    elif operator == "numeric":
        yield from _numeric_faults(operand, here)
    elif operator == "exists" and not isinstance(operand, bool):
        yield here, "exists takes true or false"
    elif operator == "anything-but" and isinstance(operand, dict):
        unknown = operand.keys() - _INSIDE_ANYTHING_BUT
        if unknown or len(operand) != 1:
            yield here, f"anything-but does not take {sorted(operand)}"


def _numeric_faults(operand: Any, here: str) -> Iterator[tuple[str, str]]:
    pairs = list(operand) if isinstance(operand, list) else []
    if len(pairs) not in (2, 4):
        yield here, "numeric takes one or two pairs of comparison and number"
        return
    for comparison, number in zip(pairs[::2], pairs[1::2], strict=True):
        if comparison not in _COMPARISONS:
            yield here, f"unknown comparison {comparison!r}"
        if isinstance(number, bool) or not isinstance(number, int | float):
            yield here, f"numeric compares with numbers, not {number!r}"
