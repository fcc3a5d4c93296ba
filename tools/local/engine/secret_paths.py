"""Which parts of a resource's properties are secret, as paths: the engine keeps them, providers do not."""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.local.engine.property_path import parsed, shown


def as_secret_as(values: Mapping[str, Any], paths: Iterable[str]) -> list[str]:
    """Return what is secret in values that a provider made of others, in which `paths` were.

    A part is as secret as the part of its name; of a list with a secret in it, all is.
    """
    found = (_within(values, path) for path in paths)
    return sorted({path for path in found if path is not None})


def _within(values: Mapping[str, Any], path: str) -> str | None:
    part: Any = values
    kept: list[Any] = []
    for step in parsed(path):
        if isinstance(step, int) or not isinstance(part, Mapping):
            break
        if step not in part:
            return None
        kept.append(step)
        part = part[step]
    return shown(kept)
