"""The files of a layer, from the path filter of its workflow."""

import re
from functools import cache
from pathlib import Path

import yaml

from shared.infra.layers import layer
from tools.deploy.project import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"


class WorkflowError(ValueError):
    """A layer's workflow has no valid path filter."""


def workflow_of(layer_name: str) -> Path:
    """Return the workflow file of a layer.

    Raises:
        KeyError: There is no such layer.
    """
    return WORKFLOWS / f"{layer(layer_name).name}.yml"


def load(workflow: Path) -> dict[str, object]:
    """Parse a workflow, with the key `on`, which YAML 1.1 reads as a boolean.

    Raises:
        WorkflowError: The file is not a mapping.
    """
    content = yaml.safe_load(workflow.read_text("utf-8"))
    if not isinstance(content, dict):
        raise WorkflowError(f"{workflow} is not a workflow")
    return {"on" if key is True else key: value for key, value in content.items()}


@cache
def patterns(layer_name: str) -> tuple[str, ...]:
    """Return the path filter of a layer's workflow.

    Raises:
        WorkflowError: The workflow has none.
    """
    workflow = workflow_of(layer_name)
    match load(workflow):
        case {"on": {"pull_request": {"paths": [str(), *_] as found}}}:
            return tuple(found)
    raise WorkflowError(f"{workflow.relative_to(ROOT)} has no on.pull_request.paths")


def makes_up(layer_name: str, path: str) -> bool:
    """Return whether a file belongs to the layer, by GitHub's rules for path filters."""
    return any(expression(pattern).fullmatch(path) for pattern in patterns(layer_name))


@cache
def expression(pattern: str) -> re.Pattern[str]:
    """Compile a pattern: `**` matches across folders, `*` within one.

    Raises:
        WorkflowError: The pattern uses other syntax, which is not supported.
    """
    if re.search(r"[!?+\[\]]", pattern):
        raise WorkflowError(f"path filter {pattern!r}: use only * and ** as wildcards")
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts))
