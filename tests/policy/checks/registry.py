"""What a policy check is: a named function from everything an environment registers to its violations."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from tests.support.recorded import Estate, NotRegisteredError, Resource

Check = Callable[[Estate], Iterator[str]]

_CHECKS: dict[str, Check] = {}
CHECKS: Mapping[str, Check] = MappingProxyType(_CHECKS)
"""Every check by the name of its function."""


class NothingToCheckError(LookupError):
    """A check looks for resources that must exist, and there are none: it would pass on nothing."""


def check(function: Check) -> Check:
    """Enter a check into ``CHECKS``; its docstring states the constraint."""
    name = getattr(function, "__name__", "")
    assert name not in _CHECKS, f"two checks are called {name}"
    assert function.__doc__, f"{name} does not say what it demands"
    _CHECKS[name] = function
    return function


def violations(name: str, estate: Estate) -> list[str]:
    """What the check finds; finding nothing to check is itself a violation."""
    try:
        return list(CHECKS[name](estate))
    except (NothingToCheckError, NotRegisteredError) as error:
        return [str(error)]


def every(estate: Estate, type_: str) -> tuple[Resource, ...]:
    """All resources of a type that the pipeline cannot do without."""
    found = estate.of_type(type_)
    if not found:
        raise NothingToCheckError(f"no {type_} is registered")
    return found


def setting(resource: Resource, *path: str) -> Any:
    """A nested input, ``None`` where any part is absent."""
    value: Any = resource.inputs
    for part in path:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def texts(value: Any) -> tuple[str, ...]:
    """One string or a list of them, as IAM and Pulumi both allow, always as a tuple."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
