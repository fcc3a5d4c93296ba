"""Resolves Pulumi outputs to plain values, in a loop of their own."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pulumi

T = TypeVar("T")


def resolve(make: Callable[[], pulumi.Output[T]]) -> T:
    """The value of the output that ``make`` returns; an output belongs to the loop that it was made in."""

    async def wait() -> T:
        value = await make().future()
        assert value is not None, "the output resolved to nothing"
        return value

    return asyncio.run(wait())
