"""Read the contracts of upstream layers; the only module that builds a ``pulumi.StackReference``.

All outputs are required: a missing output, or a stack of another environment, fails the program before it
creates a resource with it.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from shared.infra.contracts import ComputeContract, ContractType, DataContract, NetworkContract, exports
from shared.infra.layers import layer
from shared.infra.naming import Names


class MissingOutputError(pulumi.RunError, LookupError):
    """An upstream layer has not published an output."""


class EnvironmentMismatchError(pulumi.RunError, ValueError):
    """An upstream stack belongs to another environment."""


def read_network(names: Names) -> NetworkContract:
    """Return the contract of the network layer in the stack of the same name."""
    return read_contract(NetworkContract, names)


def read_data(names: Names) -> DataContract:
    """Return the contract of the data layer in the stack of the same name."""
    return read_contract(DataContract, names)


def read_compute(names: Names) -> ComputeContract:
    """Return the contract of the compute layer in the stack of the same name."""
    return read_contract(ComputeContract, names)


def read_contract(contract: type[ContractType], names: Names) -> ContractType:
    """Return the contract with an output for each field; all fail if one is missing.

    Raises (in the outputs):
        MissingOutputError: An output is missing; names its stack and the command that publishes it.
        EnvironmentMismatchError: The stack's environment suffix differs from that of ``names``.
    """
    provider = layer(contract.LAYER)
    stack = pulumi.get_stack()
    full_name = f"{pulumi.get_organization()}/{provider.project}/{stack}"
    reference = pulumi.StackReference(full_name)
    command = f"make deploy-{provider.name} ENV={stack}"

    def check(published: Mapping[str, Any]) -> bool:
        for output, value in published.items():
            if value is None:
                raise MissingOutputError(f"output {output!r} of stack {full_name} is missing; run: {command}")
        suffix = published["environment_suffix"]
        if suffix != names.suffix:
            raise EnvironmentMismatchError(
                f"stack {full_name} has the environment suffix {suffix!r}, this layer has {names.suffix!r}; "
                f"set environment_suffix alike in every layer's Pulumi.{stack}.yaml, then run: {command}"
            )
        return True

    values = {output: reference.get_output(output) for output in exports(contract)}
    # Each value depends on the presence of all, but does not become secret because another one is.
    complete = pulumi.Output.all(
        **{output: pulumi.Output.unsecret(value) for output, value in values.items()}
    )
    accepted = complete.apply(check)
    return contract(
        **{
            output: pulumi.Output.all(accepted, value).apply(lambda pair: pair[1])
            for output, value in values.items()
        }
    )
