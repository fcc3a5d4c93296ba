"""EventBridge event patterns, for rules and pipe filters.

Source: "Comparison operators for use in event patterns" in the EventBridge user guide. Unlike moto's matcher,
which treats an unknown operator as a match, it rejects unknown operators when the pattern is parsed, and it
matches inside arrays of objects.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

Test = Callable[[Any], bool]
"""Test of a scalar value of an event."""

_SCALARS = (str, int, float, bool, type(None))


class PatternError(ValueError):
    """EventBridge would reject the pattern; the message says where and why."""


class Pattern:
    """A compiled event pattern.

    Args:
        content: The pattern, parsed from JSON.

    Raises:
        PatternError: The pattern is invalid.
    """

    def __init__(self, content: object) -> None:
        self._matches = _compile_object(content, "the pattern")

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Return whether the event matches the pattern."""
        return self._matches(event)


@lru_cache(maxsize=256)
def parse_pattern(text: str) -> Pattern:
    """Parse a pattern from JSON text.

    Raises:
        PatternError: The text is not JSON or not a valid pattern.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise PatternError(f"Event pattern is not valid. Reason: {error}") from error
    return Pattern(content)


def _compile_object(content: object, where: str) -> Callable[[Any], bool]:
    if not isinstance(content, dict) or not content:
        raise PatternError(f"Event pattern is not valid. Reason: {where} must be a non-empty object")
    parts = [_compile_field(name, value, where) for name, value in content.items()]

    def matches(node: Any) -> bool:
        if isinstance(node, list):
            return any(matches(each) for each in node)
        return all(part(node if isinstance(node, dict) else {}) for part in parts)

    return matches


def _compile_field(name: str, value: object, where: str) -> Callable[[Mapping[str, Any]], bool]:
    here = f"{where}, field {name}"
    if name == "$or":
        if not isinstance(value, list) or len(value) < 2:
            raise PatternError(f"Event pattern is not valid. Reason: {here} needs at least two alternatives")
        alternatives = [_compile_object(each, here) for each in value]
        return lambda node: any(alternative(node) for alternative in alternatives)
    if isinstance(value, dict):
        nested = _compile_object(value, here)
        return lambda node: nested(node.get(name))
    if not isinstance(value, list) or not value:
        raise PatternError(
            f"Event pattern is not valid. Reason: {here} must be an object or a non-empty array"
        )
    tests = [_compile_test(each, here) for each in value]
    return lambda node: any(test(name in node, node.get(name)) for test in tests)


def _compile_test(item: object, where: str) -> Callable[[bool, Any], bool]:
    """Compile an entry of a field's array into a test of the field's presence and value."""
    if isinstance(item, dict) and set(item) == {"exists"}:
        wanted = item["exists"]
        if not isinstance(wanted, bool):
            raise PatternError(f"Event pattern is not valid. Reason: {where}: exists takes true or false")
        return lambda present, value: (present and not isinstance(value, dict)) == wanted
    test = _compile_scalar(item, where)

    def over_values(present: bool, value: Any) -> bool:
        if not present:
            return False
        values = value if isinstance(value, list) else [value]
        return any(test(each) for each in values if isinstance(each, _SCALARS))

    return over_values


def _compile_scalar(item: object, where: str) -> Test:
    if isinstance(item, _SCALARS):
        return lambda value: _equal(item, value)
    if not isinstance(item, dict) or len(item) != 1:
        raise PatternError(
            f"Event pattern is not valid. Reason: {where}: {item!r} is not a value or an operator"
        )
    operator, operand = next(iter(item.items()))
    builder = _OPERATORS.get(operator)
    if builder is None:
        raise PatternError(f"Event pattern is not valid. Reason: {where}: unrecognized match type {operator}")
    return builder(operand, f"{where}: {operator}")


def _equal(expected: object, value: object) -> bool:
    """Return whether JSON values are equal: 1 equals 1.0, true does not equal 1."""
    if isinstance(expected, bool) or isinstance(value, bool):
        return expected is value
    return expected == value


def _text(operand: object, where: str) -> str:
    if not isinstance(operand, str) or not operand:
        raise PatternError(f"Event pattern is not valid. Reason: {where} takes a non-empty string")
    return operand


def _affix(method: str) -> Callable[[object, str], Test]:
    def build(operand: object, where: str) -> Test:
        if isinstance(operand, dict) and set(operand) == {"equals-ignore-case"}:
            lowered = _text(operand["equals-ignore-case"], where).lower()
            return lambda value: isinstance(value, str) and bool(getattr(value.lower(), method)(lowered))
        text = _text(operand, where)
        return lambda value: isinstance(value, str) and bool(getattr(value, method)(text))

    return build


def _ignore_case(operand: object, where: str) -> Test:
    lowered = _text(operand, where).lower()
    return lambda value: isinstance(value, str) and value.lower() == lowered


def _wildcard(operand: object, where: str) -> Test:
    expression = re.compile(
        ".*".join(re.escape(part) for part in _text(operand, where).split("*")), re.DOTALL
    )
    return lambda value: isinstance(value, str) and expression.fullmatch(value) is not None


def _cidr(operand: object, where: str) -> Test:
    try:
        network = ipaddress.ip_network(_text(operand, where), strict=False)
    except ValueError as error:
        raise PatternError(f"Event pattern is not valid. Reason: {where}: {error}") from error

    def matches(value: object) -> bool:
        try:
            return isinstance(value, str) and ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return matches


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    "=": lambda value, limit: value == limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}


def _numeric(operand: object, where: str) -> Test:
    if not isinstance(operand, list) or len(operand) not in {2, 4}:
        raise PatternError(f"Event pattern is not valid. Reason: {where} takes one or two comparisons")
    pairs = [(operand[index], operand[index + 1]) for index in range(0, len(operand), 2)]
    for comparison, limit in pairs:
        if comparison not in _COMPARISONS or isinstance(limit, bool) or not isinstance(limit, int | float):
            raise PatternError(
                f"Event pattern is not valid. Reason: {where}: {comparison!r} {limit!r} is no comparison"
            )

    def matches(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return all(_COMPARISONS[comparison](value, limit) for comparison, limit in pairs)

    return matches


_INSIDE_ANYTHING_BUT = frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard"})


def _anything_but(operand: object, where: str) -> Test:
    if isinstance(operand, dict):
        if len(operand) != 1 or next(iter(operand)) not in _INSIDE_ANYTHING_BUT:
            raise PatternError(f"Event pattern is not valid. Reason: {where}: {operand!r} is not known")
        operator, inner = next(iter(operand.items()))
        refused = [
            _OPERATORS[operator](each, where) for each in (inner if isinstance(inner, list) else [inner])
        ]
    else:
        values = operand if isinstance(operand, list) else [operand]
        if not values or not all(isinstance(each, str | int | float) for each in values):
            raise PatternError(f"Event pattern is not valid. Reason: {where} takes strings or numbers")
        refused = [_compile_scalar(each, where) for each in values]
    return lambda value: not any(test(value) for test in refused)


_OPERATORS: Mapping[str, Callable[[object, str], Test]] = {
    "prefix": _affix("startswith"),
    "suffix": _affix("endswith"),
    "equals-ignore-case": _ignore_case,
    "wildcard": _wildcard,
    "cidr": _cidr,
    "numeric": _numeric,
    "anything-but": _anything_but,
}
