"""How a repair takes the place of what moto does: noted where it is written, done before all is served."""

from collections.abc import Callable
from typing import Any, TypeVar

Replacement = TypeVar("Replacement")

_noted: list[tuple[Any, str, Any]] = []


def replaces(owner: Any, name: str) -> Callable[[Replacement], Replacement]:
    """Note that what is decorated takes the place of a member of moto's class or module, or adds it."""

    def note(replacement: Replacement) -> Replacement:
        _noted.append((owner, name, replacement))
        return replacement

    return note


def replace_all() -> None:
    """Put each noted replacement in its place; again is no harm."""
    for owner, name, replacement in _noted:
        setattr(owner, name, replacement)
