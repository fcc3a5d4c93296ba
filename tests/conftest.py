"""What every test shares: its rung, no sockets below the rung `local`, and what the run left out."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

TESTS = Path(__file__).parent
RUNGS = ("unit", "stacks", "contracts", "policy", "local")


def rung_of(path: Path) -> str:
    """The rung of the ladder a test file stands on: the folder of tests/ it lies in."""
    return path.relative_to(TESTS).parts[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if rung_of(item.path) == "local":
            item.add_marker(pytest.mark.local)


@pytest.fixture(autouse=True)
def _sockets_only_on_the_local_rung(request: pytest.FixtureRequest) -> None:
    if rung_of(request.path) == "local":
        enable_socket()
    else:
        # An event loop needs its own pair of unix sockets; nothing may leave the process.
        disable_socket(allow_unix_socket=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests of each rung ran, and which rungs this machine left out."""
    passed = Counter(
        Path(report.nodeid).parts[1]
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call"
    )
    terminalreporter.section("ladder of tests")
    for rung in RUNGS:
        terminalreporter.line(f"{rung:<10} {passed[rung]:>5} passed")
    pulumi = shutil.which("pulumi")
    terminalreporter.line(
        "engine     left out: "
        + (f"the engine tests are not written yet ({pulumi} is here)" if pulumi else "no Pulumi CLI on PATH")
    )
    terminalreporter.line("smoke      left out: needs an environment deployed on AWS")


def uncollected(root: Path) -> list[Path]:
    """Files that define tests and that pytest would not collect."""
    defines_test = re.compile(r"^\s*(async )?def test_|^class Test", re.MULTILINE)
    return [
        path
        for path in sorted(root.rglob("*.py"))
        if not path.name.startswith("test_") and defines_test.search(path.read_text())
    ]
