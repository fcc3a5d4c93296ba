"""Paths of secrets in properties, which the engine tracks for providers."""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.local.engine.property_path import parsed, shown


def as_secret_as(values: Mapping[str, Any], paths: Iterable[str]) -> list[str]:
    """Return the secret paths in a provider's values, derived from values with the secret `paths`.

    A part is secret if the part with its name was; a list with a secret is wholly secret.
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
