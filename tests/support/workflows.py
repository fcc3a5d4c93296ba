"""The pipeline's workflows as data: their jobs, their steps, and the actions that these use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.deploy.pipeline.paths import WORKFLOWS, load
from tools.deploy.project import ROOT

ACTIONS = ROOT / ".github" / "actions"


@dataclass(frozen=True)
class Workflow:
    """One file below `.github/workflows`."""

    path: Path
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def triggers(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.content["on"]
        return found

    @property
    def jobs(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.content["jobs"]
        return found

    def steps(self) -> Iterator[Mapping[str, Any]]:
        for job in self.jobs.values():
            yield from job.get("steps", [])

    def __str__(self) -> str:
        return self.name


def workflows() -> dict[str, Workflow]:
    """Every workflow by its file's stem."""
    found = {path.stem: Workflow(path, load(path)) for path in sorted(WORKFLOWS.glob("*.y*ml"))}
    assert found, f"{WORKFLOWS} holds no workflow"
    return found


def composite_steps() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The steps of the actions that this repository keeps for itself, with the file of each."""
    files = sorted(ACTIONS.glob("*/action.yml"))
    assert files, f"{ACTIONS} holds no action"
    for path in files:
        runs: Any = load(path)["runs"]
        for step in runs["steps"]:
            yield path, step


def words_of(value: Any) -> Iterator[str]:
    """Every text in nested data."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from words_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from words_of(each)
    else:
        yield str(value)
