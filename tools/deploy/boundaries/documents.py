"""The boundaries as they are shipped: `files/<layer>/<role>.json`, with the account and the suffix left open.

A boundary is a file, and not derived at deployment from the program that it bounds: more rights for a role
show in a pull request twice, and the second time to the owners of this folder (CODEOWNERS). `make
boundary-files` writes the files anew from what the programs register; a test holds them to it.
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
"""What stands in a file for the account's id and for the environment's suffix."""


@dataclass(frozen=True)
class Boundary:
    """One role's boundary in one environment of one account."""

    layer: str
    role: str
    """The stem of the role's name: `ingest-role`."""
    name: str
    arn: str
    document: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The document as AWS takes it."""
        return json.dumps(self.document)


def boundaries(account_id: str, suffix: str, layer: str | None = None) -> Iterator[Boundary]:
    """The boundaries of every role, or of one layer's roles."""
    for each in deployment_order():
        if layer not in (None, each.name):
            continue
        for path in sorted((FILES / each.name).glob("*.json")):
            name = boundary_name(Names(suffix), path.stem)
            text = path.read_text("utf-8").replace(ACCOUNT_ID, account_id).replace(SUFFIX, suffix)
            arn = f"arn:aws:iam::{account_id}:policy/{name}"
            yield Boundary(each.name, path.stem, name, arn, json.loads(text))
