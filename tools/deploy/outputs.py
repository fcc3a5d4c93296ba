"""What the layers export, as the commands of a deployed environment get it: JSON, in a file or piped."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tools.deploy import hints

Needed = Mapping[str, tuple[str, ...]]
"""Names of outputs, by the layer that exports them; their meaning: docs/contracts.md."""


class OperatorError(RuntimeError):
    """A command that could not be done; says why, and what to do next."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the environment, and where its outputs are."""
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    parser.add_argument(
        "--outputs",
        required=True,
        metavar="FILE|-",
        help="file of the layers' outputs, JSON {layer: {output: value}}; - for standard input",
    )


@dataclass(frozen=True)
class Outputs:
    """What each layer of an environment exports, secrets masked."""

    environment: str
    exported: Mapping[str, Mapping[str, Any]]

    @classmethod
    def named(cls, options: argparse.Namespace) -> Self:
        """`read` what `add_arguments` has got."""
        return cls.read(options.environment, options.outputs)

    @classmethod
    def read(cls, environment: str, where: str | Path) -> Self:
        """Read a file, or standard input where it is `-`.

        Raises:
            OperatorError: They cannot be read, or are not the layers' outputs.
        """
        try:
            text = sys.stdin.read() if where == "-" else Path(where).read_text("utf-8")
        except OSError as error:
            raise OperatorError(f"cannot read the outputs: {error}") from None
        try:
            exported = json.loads(text)
        except ValueError:
            exported = None
        if not isinstance(exported, dict) or not all(isinstance(each, dict) for each in exported.values()):
            raise OperatorError(
                "the outputs are not JSON of the form {layer: {output: value}}, as printed by: "
                f"python -m tools.deploy outputs --environment {environment} --json"
            )
        return cls(environment, exported)

    def values(self, needed: Needed) -> dict[str, Any]:
        """These outputs by their names.

        Raises:
            OperatorError: One is missing; names it, its layer and the command that provides it.
        """
        found: dict[str, Any] = {}
        for layer, names in needed.items():
            for name in names:
                value = self.exported.get(layer, {}).get(name)
                if not value:
                    raise OperatorError(
                        f"the outputs lack {name} of layer {layer}: deploy it "
                        f"({hints.make(f'deploy-{layer}', self.environment)}), "
                        f"or check: {hints.make(f'outputs-{layer}', self.environment)}"
                    )
                found[name] = value
        return found
