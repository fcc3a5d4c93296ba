"""One case of the contract: a resource type, its inputs, what changes in place, what replaces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.tests.provider.contract.world import Inputs, World


@dataclass(frozen=True)
class Case:
    """`change` is applied to the inputs in place; each of `replace` alone must force a new resource."""

    token: str
    inputs: Callable[[World], Inputs]
    change: Callable[[World], Inputs] = lambda _: {}
    replace: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.token.rsplit(":", 1)[-1]
