"""Reads the contracts of the layers before: the only place that builds a ``pulumi.StackReference``.

Nothing is optional and nothing is guessed: an output that is missing, or one of another environment, stops
the program before it creates anything with it.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from shared.infra.contracts import ComputeContract, ContractType, DataContract, NetworkContract, exports
from shared.infra.layers import layer
from shared.infra.naming import Names


class MissingOutputError(pulumi.RunError, LookupError):
    """A layer that this one reads has not published an output."""


class EnvironmentMismatchError(pulumi.RunError, ValueError):
    """A layer that this one reads belongs to another environment."""


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
    """Every output that ``contract`` declares, as outputs that all fail when one is missing.

    Raises (in the outputs):
        MissingOutputError: naming the output, its stack and the command that publishes it.
        EnvironmentMismatchError: when the stack's environment suffix is not the one of ``names``.
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
    # Every value waits for all, so that nothing is made of half a contract; to look whether a secret is there
    # does not make the others secret.
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
