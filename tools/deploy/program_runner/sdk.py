"""Class, inputs and outputs of a resource type in the pinned SDK."""

import inspect
import sys
from functools import cache
from importlib import import_module
from typing import Any


@cache
def resource_class(type_: str) -> type[Any]:
    """Return the SDK's class of a Pulumi type, such as ``aws:sqs/queue:Queue``."""
    package, module, name = type_.split(":")
    folder = module.split("/")[0]
    path = {"index": f"pulumi_{package}", "lambda": f"pulumi_{package}.lambda_"}.get(
        folder, f"pulumi_{package}.{folder}"
    )
    found: type[Any] = getattr(import_module(path), name)
    return found


@cache
def required_inputs(type_: str) -> frozenset[str]:
    """Return the required inputs of a type in camelCase."""
    found = resource_class(type_)
    arguments = getattr(sys.modules[found.__module__], f"{found.__name__}Args")
    _, *parameters = inspect.signature(arguments.__init__).parameters.values()
    required = [each.name for each in parameters if each.default is inspect.Parameter.empty]
    return frozenset(_pulumi_name(getattr(arguments, name)) for name in required)


@cache
def accepts(type_: str, argument: str) -> bool:
    """Return whether a type has an input with this snake_case name."""
    signature = inspect.signature(resource_class(type_)._internal_init)  # noqa: SLF001 - no other list of inputs
    return argument in signature.parameters


@cache
def output_names(type_: str) -> frozenset[str]:
    """Return the outputs of a type in camelCase."""
    return frozenset(
        _pulumi_name(member)
        for _, member in inspect.getmembers(resource_class(type_), lambda each: isinstance(each, property))
        if hasattr(member.fget, "_pulumi_name")
    )


def _pulumi_name(member: Any) -> str:
    name: str = member.fget._pulumi_name  # noqa: SLF001 - the SDK publishes the wire name nowhere else
    return name
