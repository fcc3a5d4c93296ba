"""Register overrides of moto's members with a decorator, and apply them before serving requests."""

from collections.abc import Callable
from typing import Any, TypeVar

Replacement = TypeVar("Replacement")

_noted: list[tuple[Any, str, Any]] = []


def replaces(owner: Any, name: str) -> Callable[[Replacement], Replacement]:
    """Register the decorated object as a member of moto's class or module."""

    def note(replacement: Replacement) -> Replacement:
        _noted.append((owner, name, replacement))
        return replacement

    return note


def replace_all() -> None:
    """Apply all registered overrides; idempotent."""
    for owner, name, replacement in _noted:
        setattr(owner, name, replacement)
