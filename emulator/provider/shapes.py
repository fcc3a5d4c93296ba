"""Property names of Pulumi and of AWS APIs: mostly the same words with another first letter."""

from collections.abc import Mapping
from typing import Any


def field_of(name: str, names: Mapping[str, str] | None = None) -> str:
    """A property's name in an API with capital first letters; `names` are the exceptions."""
    return (names or {}).get(name, f"{name[:1].upper()}{name[1:]}")


def to_api(value: Any, names: Mapping[str, str] | None = None) -> Any:
    """Nested properties as an API with capital first letters takes them; `names` are the exceptions."""
    if isinstance(value, Mapping):
        return {field_of(key, names): to_api(item, names) for key, item in value.items() if item is not None}
    return [to_api(item, names) for item in value] if isinstance(value, list) else value


def from_api(value: Any, names: Mapping[str, str] | None = None) -> Any:
    """The reverse of `to_api`, with the same exceptions."""
    reverse = {theirs: ours for ours, theirs in (names or {}).items()}
    if isinstance(value, Mapping):
        return {
            reverse.get(key, f"{key[:1].lower()}{key[1:]}"): from_api(item, names)
            for key, item in value.items()
        }
    return [from_api(item, names) for item in value] if isinstance(value, list) else value
