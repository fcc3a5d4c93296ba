"""What the process of a layer is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DRIFTED = 3
"""The exit code of a comparison that found a difference."""


@dataclass(frozen=True)
class LayerRequest:
    """What to do with one layer. `overrides` are settings that win over the stack's file."""

    operation: Literal["deploy", "preview", "drift"]
    layer: str
    directory: str
    stack: str
    run_directory: str
    module: str = ""
    """What the program imports, to be imported ahead of time; empty for none."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    report: str = ""
    """A file for what was found, as JSON (tools/local/engine/plan.py); messages then go to standard error."""
