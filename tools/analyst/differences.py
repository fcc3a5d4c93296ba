"""What distinguishes two JSON documents, in words, a line for each setting."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def differences(before: Any, after: Any) -> list[str]:
    """Return a line for each value that is new, gone or another one; by its path."""
    old, new = dict(_values(before, "")), dict(_values(after, ""))
    old, new = _without_filled(old, new), _without_filled(new, old)
    lines = []
    for path in [*old, *(path for path in new if path not in old)]:
        if path not in new:
            lines.append(f"{path}: {json.dumps(old[path])} is gone")
        elif path not in old:
            lines.append(f"{path}: {json.dumps(new[path])} is new")
        elif not _same(old[path], new[path]):
            lines.append(f"{path}: {json.dumps(old[path])} -> {json.dumps(new[path])}")
    return lines


def _same(old: Any, new: Any) -> bool:
    """Whether two values mean the same: 0 and 0.0 do, 1 and true do not."""
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _without_filled(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty here and has members in the other document: its members tell it."""
    return {
        path: value
        for path, value in values.items()
        if value not in ({}, [])
        or path in others
        or not any(other.startswith((f"{path}.", f"{path}[")) or not path for other in others)
    }


def _values(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield what a document holds, by path; an empty object or list is a value."""
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from _values(member, f"{path}.{name}".strip("."))
    elif isinstance(value, list) and value:
        for index, member in enumerate(value):
            yield from _values(member, f"{path}[{index}]")
    else:
        yield path, value
