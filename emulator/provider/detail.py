"""Find the nested paths at which inputs differ, such as `tags.Owner` or `filters[0].pattern`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from emulator.provider.comparison import Comparison
from emulator.provider.values import contains_unknown, is_asset

Kind = Literal["add", "delete", "update"]


def differences(comparison: Comparison, path: str, old: Any, new: Any) -> Iterator[tuple[str, Kind]]:
    """Yield the innermost differing paths of a property, in Pulumi's notation."""
    # Lists that differ only by an empty item have no differing part.
    yield from list(_within(comparison, path, path, old, new)) or [(path, "update")]


def without_positions(path: str) -> str:
    """Return a path as the provider names properties: without list indexes and quotes."""
    return re.sub(r"\[\d+\]", "", path).replace('["', ".").replace('"]', "")


def _within(comparison: Comparison, name: str, path: str, old: Any, new: Any) -> Iterator[tuple[str, Kind]]:
    """Yield the differences below a path; `name` is the path without list indexes, for `comparison`."""
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
