"""What roles asked for during a run, as the embedded AWS wrote it down."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.cloud.evaluations import FILE_NAME

_ITEMS: Final = "dynamodb:leadingkeys"
"""The condition key for the partition keys of the items that a call names."""


@dataclass(frozen=True)
class Use:
    """One right that a role asked for.

    Attributes:
        role: Its name.
        action: One action.
        resource: The ARN that it was about.
        context: The condition keys of the call, lower-case, with their values.
        refusal: Why it was refused, empty where it was not.
    """

    role: str
    action: str
    resource: str
    context: tuple[tuple[str, tuple[str, ...]], ...]
    refusal: str = ""

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys by their names."""
        return dict(self.context)

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.action} on {self.resource}" + (f": {self.refusal}" if self.refusal else "")


def uses(run_directory: Path) -> Iterator[Use]:
    """Yield each right that a role asked for in a run, in the order of the first time.

    A call that names several items of a table asks for each of them: a grant on items has one pattern.
    """
    for line in (run_directory / FILE_NAME).read_text("utf-8").splitlines():
        entry = json.loads(line)
        each_context = [
            [(key, (value,)) for value in values] if key == _ITEMS else [(key, tuple(values))]
            for key, values in entry["context"].items()
        ]
        for context in itertools.product(*each_context):
            yield Use(
                role=entry["principal"].rpartition("/")[2],
                action=entry["action"],
                resource=entry["resource"],
                context=context,
                refusal=entry["refusal"],
            )
