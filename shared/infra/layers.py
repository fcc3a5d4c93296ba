"""The graph of layers: name, owner and dependencies of each.

The Makefile, stack references, the embedded engine and the tests take the order from here. The module does
not import Pulumi, so that ``python -m shared.infra.layers`` is fast.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from types import MappingProxyType


@dataclass(frozen=True)
class Layer:
    """A Pulumi project that its owner deploys independently."""

    name: str
    """Folder under ``stacks/`` and suffix of the Makefile's targets."""
    project: str
    """Pulumi project name, as in the layer's ``Pulumi.yaml``; also its configuration namespace."""
    owner: str
    """Team in CODEOWNERS and in the ``Owner`` tag."""
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
        KeyError: There is no such layer; the message lists the layers.
    """
    if name not in LAYERS:
        raise KeyError(f"no layer is called {name!r}; the layers are {', '.join(LAYERS)}")
    return LAYERS[name]


def upstream_of(name: str) -> tuple[Layer, ...]:
    """Return the upstream layers of ``name``, in deployment order."""
    needed = layer(name).upstream
    return tuple(each for each in deployment_order() if each.name in needed)


def consumers_of(name: str) -> tuple[Layer, ...]:
    """Return the layers that read the contract of ``name``, in deployment order."""
    provider = layer(name).name
    return tuple(each for each in deployment_order() if provider in each.upstream)


def deployment_order() -> tuple[Layer, ...]:
    """Return the layers in deployment order, each after its upstream layers.

    Raises:
        graphlib.CycleError: The graph has a cycle.
    """
    graph = {each.name: each.upstream for each in LAYERS.values()}
    return tuple(LAYERS[name] for name in TopologicalSorter(graph).static_order())


def destroy_order() -> tuple[Layer, ...]:
    """Return the reverse of the deployment order."""
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
