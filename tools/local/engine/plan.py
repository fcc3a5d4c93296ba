"""What a deployment would change, as JSON for other programs: `python -m tools.local preview --json`.

    {"environment": "local", "layers": {"compute": {
        "changes": [{"operation": "update", "urn": "...", "type": "aws:lambda/function:Function",
                     "name": "ingest-function-local", "changed": ["environment"]}],
        "unchanged": 52}}}

`operation` is create, update, replace or delete; `changed` names the top-level properties that differ, and
`replaces` those of them that force a replacement. A layer that could not be previewed has an `error`.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.local.engine import embedded
from tools.local.engine.worker import ProgramRunner


def print_plan(environment: embedded.Environment, only: str | None, *, every_step: bool = False) -> int:
    """Preview one layer or all and print what they would change; returns an exit code.

    `every_step` adds `steps`: all that the engine would do, in order, as the Pulumi CLI lists it with
    --show-sames and --show-replacement-steps. What a preview tells a person goes to standard error.
    """
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        code, layers = _layers(environment, only, Path(folder))
    shown = {
        name: each if every_step else {key: value for key, value in each.items() if key != "steps"}
        for name, each in layers.items()
    }
    print(json.dumps({"environment": environment.stack, "layers": shown}, indent=2))
    return code


def _layers(
    environment: embedded.Environment, only: str | None, folder: Path
) -> tuple[int, Mapping[str, Mapping[str, Any]]]:
    ready, waiting = embedded.previewable(environment, only)
    reports = {name: folder / f"{name}.json" for name in ready}
    code = 0
    if ready:
        requests = [
            environment.request(name, preview=True, report=report) for name, report in reports.items()
        ]
        with ProgramRunner(requests[0].module) as programs:
            code = programs.run(requests)
    found: dict[str, Mapping[str, Any]] = {
        name: json.loads(report.read_text(encoding="utf-8"))
        for name, report in reports.items()
        if report.exists()
    }
    return code, {**found, **{name: {"error": reason} for name, reason in waiting.items()}}
