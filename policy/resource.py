"""What a constraint looks at: one resource as it is about to be deployed. Needs nothing but Python."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Planned:
    """A resource with its inputs (camelCase); what a preview does not know yet is absent."""

    type: str
    """Without the package: `lambda/function:Function`."""
    name: str
    """The logical name: `ingest-function-dev`."""
    inputs: Mapping[str, Any]
    protected: bool = False

    def get(self, *path: str) -> Any:
        """A nested input; None where any part is absent or not known yet."""
        value: Any = self.inputs
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value


Check = Callable[[Planned], Iterator[str]]


@dataclass(frozen=True)
class Constraint:
    """One mandatory constraint: the types that it speaks about, and what is wrong with one of them."""

    name: str
    description: str
    types: frozenset[str]
    check: Check

    def violations(self, resource: Planned) -> list[str]:
        """What is wrong with the resource."""
        return list(self.check(resource)) if resource.type in self.types or not self.types else []
