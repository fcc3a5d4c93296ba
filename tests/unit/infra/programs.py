"""Runs a few lines as a whole Pulumi program, with settings and the exports of other stacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi.runtime import mocks

from tools.deploy.program_runner.project import Project
from tools.deploy.program_runner.running import ProgramRun, run_with_mocks


@dataclass
class _OtherStacks(mocks.Mocks):
    outputs: Mapping[str, Mapping[str, Any]]
    secret: Mapping[str, list[str]]

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # SDK: a bare dict
        raise LookupError(f"the program under test looks up {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ != "pulumi:pulumi:StackReference":
            return args.name, dict(args.inputs)
        name = args.resource_id or args.name
        return name, {
            "name": name,
            "outputs": self.outputs[name],
            "secretOutputNames": self.secret.get(name, []),
        }


def run(
    folder: Path,
    program: str,
    *,
    project: str = "fraud-compute",
    stack: str = "dev",
    config: Mapping[str, str] | None = None,
    outputs: Mapping[str, Mapping[str, Any]] | None = None,
    secret: Mapping[str, list[str]] | None = None,
) -> ProgramRun:
    """Run ``program`` as the ``__main__.py`` of a project.

    Args:
        folder: an empty folder for the program.
        program: Python source.
        project: name of the Pulumi project.
        stack: name of its stack.
        config: settings, ``namespace:key`` -> value as Pulumi hands it over.
        outputs: full stack name -> what that stack exports.
        secret: full stack name -> which of its exports are secret.
    """
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    described = Project(folder, project, stack, config or {})
    return run_with_mocks(described, _OtherStacks(outputs or {}, secret or {}))
