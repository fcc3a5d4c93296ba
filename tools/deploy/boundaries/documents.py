"""The shipped boundaries: `files/<layer>/<role>.json`, with placeholders for account and suffix.

A boundary is a file, not derived from the program at deployment: additional permissions of a role also appear
here in a pull request, which the owners of this folder review (CODEOWNERS). `make boundary-files` regenerates
the files from the programs; a test compares them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.infra.arns import boundary_name
from shared.infra.layers import deployment_order
from shared.infra.naming import Names

FILES = Path(__file__).with_name("files")
ACCOUNT_ID, SUFFIX = "${AccountId}", "${Suffix}"
"""Placeholders of the account ID and the environment suffix in a file."""


@dataclass(frozen=True)
class Boundary:
    """A role's boundary in an environment and account."""

    layer: str
    role: str
    """The stem of the role's name: `ingest-role`."""
    name: str
    arn: str
    document: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The policy document."""
        return json.dumps(self.document)


def boundaries(account_id: str, suffix: str, layer: str | None = None) -> Iterator[Boundary]:
    """Yield the boundaries of all roles, or of a layer's roles."""
    for each in deployment_order():
        if layer not in (None, each.name):
            continue
        for path in sorted((FILES / each.name).glob("*.json")):
            name = boundary_name(Names(suffix), path.stem)
            text = path.read_text("utf-8").replace(ACCOUNT_ID, account_id).replace(SUFFIX, suffix)
            arn = f"arn:aws:iam::{account_id}:policy/{name}"
            yield Boundary(each.name, path.stem, name, arn, json.loads(text))
