"""Render ``docs/contracts.md`` from the contracts: ``python -m shared.infra.contracts_page``.

Every change of a contract changes the page, so that the owners of both layers see it in review.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import get_args

from shared.infra.contracts import CONTRACTS, Contract, Export, Texts
from shared.infra.layers import Layer, deployment_order

HEAD = """# Contracts between the layers

Written by `make contracts-page` from `shared/infra/contracts.py`: change that file, not this one.

Each layer publishes plain ids, names and ARNs as stack outputs; the layers after it read them as
`organization/<project>/<environment>` and refuse to run without one of them. To change a contract, add the
new output, move every reader, then remove the old one."""


def page() -> str:
    """Return the page."""
    sections = (section(layer, CONTRACTS[layer.name]) for layer in deployment_order())
    return "\n\n".join((HEAD, *sections)) + "\n"


def section(layer: Layer, contract: type[Contract]) -> str:
    """Return a layer's section, in the order of its contract."""
    upstream = (
        " and ".join(filter(None, (", ".join(layer.upstream[:-1]), *layer.upstream[-1:]))) or "no other layer"
    )
    purpose = (contract.__doc__ or "").strip()
    return "\n".join(
        (
            f"## {layer.name}",
            "",
            f"{purpose} Project `{layer.project}`, owner {layer.owner}; reads {upstream}.",
            "",
            "| Output | Type | Read by | Meaning |",
            "|---|---|---|---|",
            *_rows(contract),
        )
    )


def _rows(contract: type[Contract]) -> Iterator[str]:
    for field in fields(contract):
        value_type, export = get_args(field.type)
        yield f"| `{field.name}` | {_kind(value_type, export)} | {_readers(export)} | {export.meaning} |"


def _kind(value_type: object, export: Export) -> str:
    kind = "list of strings" if value_type == Texts else "string"
    return f"{kind}, **secret**" if export.secret else kind


def _readers(export: Export) -> str:
    return ", ".join(export.readers) or "operators, tools"


if __name__ == "__main__":
    print(page(), end="")
