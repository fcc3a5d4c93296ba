"""Convert between Pulumi property names and AWS API fields, which mostly differ in their first letter."""

from collections.abc import Mapping
from typing import Any


def field_of(name: str, names: Mapping[str, str] | None = None) -> str:
    """Return the capitalised API field of a property; `names` are exceptions."""
    return (names or {}).get(name, f"{name[:1].upper()}{name[1:]}")


def to_api(value: Any, names: Mapping[str, str] | None = None) -> Any:
    """Convert nested properties to capitalised API fields; `names` are exceptions."""
    if isinstance(value, Mapping):
        return {field_of(key, names): to_api(item, names) for key, item in value.items() if item is not None}
    return [to_api(item, names) for item in value] if isinstance(value, list) else value


def from_api(value: Any, names: Mapping[str, str] | None = None) -> Any:
    """Convert capitalised API fields to nested properties; `names` as in `to_api`."""
    reverse = {theirs: ours for ours, theirs in (names or {}).items()}
    if isinstance(value, Mapping):
        return {
            reverse.get(key, f"{key[:1].lower()}{key[1:]}"): from_api(item, names)
            for key, item in value.items()
        }
    return [from_api(item, names) for item in value] if isinstance(value, list) else value
