"""The graph of layers, written once: what exists, who owns it, what it depends on.

Everything that needs an order (the Makefile, stack references, the local engine, the tests) asks this module.
It imports nothing of Pulumi, so that ``python -m shared.infra.layers`` answers in milliseconds.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from types import MappingProxyType


@dataclass(frozen=True)
class Layer:
    """One Pulumi project that its owner deploys alone."""

    name: str
    """Folder under ``stacks/`` and suffix of the Makefile's targets."""
    project: str
    """Pulumi project name, as in the layer's ``Pulumi.yaml``; also its configuration namespace."""
    owner: str
    """Team named in CODEOWNERS and in the ``Owner`` tag of every resource."""
    upstream: tuple[str, ...]
    """Layers whose contracts this layer reads."""


def _layer(name: str, owner: str, *upstream: str) -> Layer:
    return Layer(name=name, project=f"fraud-{name}", owner=owner, upstream=upstream)


LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        layer.name: layer
        for layer in (
            _layer("network", "platform"),
            _layer("data", "data", "network"),
            _layer("compute", "fraud", "network", "data"),
            _layer("alerting", "security", "network", "data", "compute"),
        )
    }
)


def layer(name: str) -> Layer:
    """Return the layer called ``name``.

    Raises:
        KeyError: naming the layers that exist.
    """
    if name not in LAYERS:
        raise KeyError(f"no layer is called {name!r}; the layers are {', '.join(LAYERS)}")
    return LAYERS[name]


def upstream_of(name: str) -> tuple[Layer, ...]:
    """Return the layers whose contracts ``name`` reads, in deployment order."""
    needed = layer(name).upstream
    return tuple(each for each in deployment_order() if each.name in needed)


def consumers_of(name: str) -> tuple[Layer, ...]:
    """Return the layers that read the contract of ``name``, in deployment order."""
    provider = layer(name).name
    return tuple(each for each in deployment_order() if provider in each.upstream)


def deployment_order() -> tuple[Layer, ...]:
    """Every layer after all the layers that it reads.

    Raises:
        graphlib.CycleError: when the graph has no such order.
    """
    graph = {each.name: each.upstream for each in LAYERS.values()}
    return tuple(LAYERS[name] for name in TopologicalSorter(graph).static_order())


def destroy_order() -> tuple[Layer, ...]:
    """Return the exact reverse of the deployment order."""
    return deployment_order()[::-1]


def main() -> None:
    """Print the order, one layer a line."""
    parser = argparse.ArgumentParser(prog="python -m shared.infra.layers", description=main.__doc__)
    parser.add_argument("--reverse", action="store_true", help="the order in which layers are destroyed")
    parser.add_argument("--table", action="store_true", help="with each layer's owner and upstream layers")
    arguments = parser.parse_args()
    for each in destroy_order() if arguments.reverse else deployment_order():
        upstream = ", ".join(each.upstream) or "nothing"
        print(f"{each.name:<10} owner {each.owner:<10} reads {upstream}" if arguments.table else each.name)


if __name__ == "__main__":
    main()
