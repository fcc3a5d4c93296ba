"""Stack outputs of an environment as JSON, from a file or standard input."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tools.deploy import hints

Needed = Mapping[str, tuple[str, ...]]
"""Layer -> names of outputs; see docs/contracts.md."""


class OperatorError(RuntimeError):
    """A command failed; the message says why and what to do next."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for the environment and its outputs."""
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    parser.add_argument(
        "--outputs",
        required=True,
        metavar="FILE|-",
        help="file of the layers' outputs, JSON {layer: {output: value}}; - for standard input",
    )


@dataclass(frozen=True)
class Outputs:
    """The outputs of each layer of an environment, with masked secrets."""

    environment: str
    exported: Mapping[str, Mapping[str, Any]]

    @classmethod
    def named(cls, options: argparse.Namespace) -> Self:
        """Read the outputs by the options of `add_arguments`."""
        return cls.read(options.environment, options.outputs)

    @classmethod
    def read(cls, environment: str, where: str | Path) -> Self:
        """Read a file, or standard input for `-`.

        Raises:
            OperatorError: The outputs cannot be read or are invalid.
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
        """Return the needed outputs by name.

        Raises:
            OperatorError: An output is missing; names it, its layer and the command that provides it.
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
