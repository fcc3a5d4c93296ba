"""Reads the contracts of the layers before: the only place that builds a ``pulumi.StackReference``.

Nothing is optional and nothing is guessed: an output that is missing, or one of another environment, stops
the program before it creates anything with it.
"""

from typing import Any

import pulumi

from shared.infra.contracts import ComputeContract, ContractType, DataContract, NetworkContract, exports
from shared.infra.layers import layer
from shared.infra.naming import Names


class MissingOutputError(LookupError):
    """A layer that this one reads has not published an output."""


class EnvironmentMismatchError(ValueError):
    """A layer that this one reads belongs to another environment."""


def read_network(names: Names) -> NetworkContract:
    """The contract of the network layer in the stack of the same name."""
    return read_contract(NetworkContract, names)


def read_data(names: Names) -> DataContract:
    """The contract of the data layer in the stack of the same name."""
    return read_contract(DataContract, names)


def read_compute(names: Names) -> ComputeContract:
    """The contract of the compute layer in the stack of the same name."""
    return read_contract(ComputeContract, names)


def read_contract(contract: type[ContractType], names: Names) -> ContractType:
    """Every output that ``contract`` declares, as outputs that fail when one is missing.

    Raises (in the outputs):
        MissingOutputError: naming the output, its stack and the command that publishes it.
        EnvironmentMismatchError: when the stack's environment suffix is not the one of ``names``.
    """
    provider = layer(contract.LAYER)
    stack = pulumi.get_stack()
    full_name = f"{pulumi.get_organization()}/{provider.project}/{stack}"
    reference = pulumi.StackReference(full_name)
    command = f"make deploy-{provider.name} ENV={stack}"

    def require(output: str, value: Any) -> Any:
        if value is None:
            raise MissingOutputError(f"output {output!r} of stack {full_name} is missing; run: {command}")
        return value

    def check(output: str, suffix: Any, value: Any) -> Any:
        if require("environment_suffix", suffix) != names.suffix:
            raise EnvironmentMismatchError(
                f"stack {full_name} has the environment suffix {suffix!r}, this layer has {names.suffix!r}; "
                f"set environment_suffix alike in every layer's Pulumi.{stack}.yaml, then run: {command}"
            )
        return require(output, value)

    def read(output: str) -> pulumi.Output[Any]:
        found = pulumi.Output.all(reference.get_output("environment_suffix"), reference.get_output(output))
        return found.apply(lambda pair: check(output, *pair))

    return contract(**{output: read(output) for output in exports(contract)})
