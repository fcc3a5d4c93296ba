"""Paths to properties as resource options write them: `tags.Owner`, `routes[0].cidr`, `tags["a.b"]`, `*`."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Step = str | int
ANY: Step = "*"
_PLAIN = re.compile(r'[^.\[\]"]+')
_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\d+|\*)\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]')


class PropertyPathError(ValueError):
    """The text is not a property path."""


def parsed(path: str) -> tuple[Step, ...]:
    """Parse a path into names, indexes and `*` for any of them.

    Raises:
        PropertyPathError: The path is malformed.
    """
    steps: list[Step] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None or (at == 0 and path.startswith(".")):
            raise PropertyPathError(f"{path!r} is not a property path (like tags.Owner or routes[0].cidr)")
        name, position, quoted = found.groups()
        if position is not None:
            steps.append(ANY if position == ANY else int(position))
        else:
            steps.append(name if name is not None else re.sub(r"\\(.)", r"\1", quoted))
        at = found.end()
    if not steps:
        raise PropertyPathError("a property path cannot be empty")
    return tuple(steps)


def shown(steps: Iterable[Step]) -> str:
    """Return the text of a parsed path."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def contains(path: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """Return whether `path` equals or contains `other`."""
    return len(path) <= len(other) and all(
        step in (ANY, part) for step, part in zip(path, other[: len(path)], strict=True)
    )


def changed_at(path: tuple[Step, ...], value: Any, change: Callable[[Any], Any]) -> Any:
    """Return the value with `change` applied at a path, unchanged without such a part."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping) and step in value:
        return {**value, step: changed_at(rest, value[step], change)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [changed_at(rest, item, change) if at == step else item for at, item in enumerate(value)]
    return value


def reset(path: tuple[Step, ...], source: Any, target: Any) -> Any:
    """`target` with what the path names as it is in `source`; a part that only one of them has stays out.

    Positions of lists that one of them does not have are left alone, as the real engine leaves them.
    """
    step, rest = path[0], path[1:]
    if isinstance(source, Mapping) and isinstance(target, Mapping):
        names = source.keys() | target.keys() if step == ANY else {step}
        result = dict(target)
        for name in names:
            _reset_member(name, rest, source, result)
        return result
    if isinstance(source, list) and isinstance(target, list):
        positions = range(min(len(source), len(target)))
        chosen = [at for at in positions if step in (ANY, at)]
        return [
            (reset(rest, source[at], item) if rest else source[at]) if at in chosen else item
            for at, item in enumerate(target)
        ]
    return target


def _reset_member(
    name: Any, rest: tuple[Step, ...], source: Mapping[Any, Any], result: dict[Any, Any]
) -> None:
    if rest:
        if name in source and name in result:
            result[name] = reset(rest, source[name], result[name])
    elif name in source:
        result[name] = source[name]
    else:
        result.pop(name, None)
