"""The real engine refuses a preview that breaks a mandatory constraint, and none that breaks none."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.building import world
from tests.engine.world import World
from tests.support.harness import ROOT

ANALYZER = "pulumi-analyzer-policy-python"
VIRTUAL_ENVIRONMENT = ROOT / "policy" / ".venv"


@pytest.fixture(scope="module")
def two_layers(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: Path) -> Iterator[World]:
    """Network and data deployed, with the pack's own virtual environment at hand."""
    if not (pulumi_cli.parent / ANALYZER).is_file() and shutil.which(ANALYZER) is None:
        pytest.skip(f"the CLI has no {ANALYZER} beside it: install it whole")
    if not VIRTUAL_ENVIRONMENT.exists():
        pytest.skip("the pack has no virtual environment: make policy-pack")
    with world(tmp_path_factory.mktemp("policy"), pulumi_cli) as made:
        (made.project / "policy" / ".venv").symlink_to(VIRTUAL_ENVIRONMENT.resolve())
        made.deploy("network", "data")
        made.pulumi("compute", "stack", "init", "--no-select")
        yield made


def preview(made: World) -> tuple[int, str]:
    ran = made.pulumi("compute", "preview", "--policy-pack", "../../policy")
    return ran.code, ran.out


def test_what_the_program_plans_is_let_through(two_layers: World) -> None:
    code, out = preview(two_layers)
    assert code == 0, out
    assert "fraud-pipeline@" in out


SPOILT = {
    "functions-run-python-3-11": ("shared/infra/function.py", '"python3.11"', '"python3.12"'),
    "the-api-is-throttled-at-exactly-1000": (
        "stacks/compute/api_stage.py",
        "REQUESTS_PER_SECOND = 1000",
        "REQUESTS_PER_SECOND = 1001",
    ),
    "functions-are-traced": ("shared/infra/function.py", 'mode="Active"', 'mode="PassThrough"'),
    "logs-stay-7-days": ("shared/infra/function.py", "LOG_RETENTION_DAYS = 7", "LOG_RETENTION_DAYS = 14"),
}


@pytest.mark.parametrize("constraint", SPOILT)
def test_what_breaks_a_constraint_is_refused_by_its_name(two_layers: World, constraint: str) -> None:
    file, old, new = SPOILT[constraint]
    two_layers.edit(file, old, new)
    try:
        code, out = preview(two_layers)
    finally:
        two_layers.edit(file, new, old)
    assert code != 0
    assert constraint in out
    assert "[mandatory]" in out
