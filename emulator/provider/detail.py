"""Where exactly two inputs differ: `visibilityTimeoutSeconds`, `tags.Owner`, `filters[0].pattern`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from emulator.provider.comparison import Comparison
from emulator.provider.values import contains_unknown, is_asset

Kind = Literal["add", "delete", "update"]


def differences(comparison: Comparison, path: str, old: Any, new: Any) -> Iterator[tuple[str, Kind]]:
    """The innermost differing parts of a property, as Pulumi writes paths."""
    # Lists that differ by an empty item alone have no part that differs.
    yield from list(_within(comparison, path, path, old, new)) or [(path, "update")]


def without_positions(path: str) -> str:
    """A path as the provider names properties: list positions are left out, quoted keys are plain."""
    return re.sub(r"\[\d+\]", "", path).replace('["', ".").replace('"]', "")


def _within(comparison: Comparison, name: str, path: str, old: Any, new: Any) -> Iterator[tuple[str, Kind]]:
    """`name` is the path without positions, which is how `comparison` knows it."""
    if not contains_unknown(new) and comparison.same(name, old, new):
        return
    if old is None or new is None:
        yield path, "add" if old is None else "delete"
    elif _opens(old) and _opens(new):
        for key in sorted(old.keys() | new.keys()):
            yield from _within(comparison, f"{name}.{key}", _inside(path, key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and name not in comparison.unordered:
        for at in range(max(len(old), len(new))):
            before, after = (values[at] if at < len(values) else None for values in (old, new))
            yield from _within(comparison, name, f"{path}[{at}]", before, after)
    else:
        yield path, "update"


def _opens(value: Any) -> bool:
    return isinstance(value, Mapping) and not is_asset(value)


def _inside(path: str, key: str) -> str:
    return f"{path}.{key}" if re.fullmatch(r"\w+", key) else f'{path}["{key}"]'
