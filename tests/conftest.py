"""What every test shares: its rung, no sockets below the rung `emulator`, and what the run left out."""

import os
import platform
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser
from pytest_socket import disable_socket, enable_socket

from tests.support.browser import CHROMIUM, chromium
from tools.deploy.engine import CliError, fitting_binary

# How fast a machine makes examples is no property of ours: a busy one failed what it holds alone.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

TESTS = Path(__file__).parent
OF_THE_EMULATOR = TESTS.parent / "emulator" / "tests"
"""The rung of a package of its own, which has its own conftest.py."""
RUNGS = ("unit", "stacks", "contracts", "policy", "attacks", "emulator", "local", "engine")
WITH_SOCKETS = ("emulator", "local", "engine")
"""These start processes and talk to them; a marker of the same name is on each of their tests."""

_NO_ENGINE = pytest.StashKey[str]()
"""Why the rung `engine` cannot run here; absent where it can, or where none of its tests was asked for."""
_TOLD = "no_engine"
"""The same, as one of several workers tells it to the process that writes the summary."""


def rung_of(path: Path) -> str:
    """Return a test file's rung: its folder below tests/, or `emulator`."""
    return "emulator" if path.is_relative_to(OF_THE_EMULATOR) else path.relative_to(TESTS).parts[0]


def folder_of(rung: str) -> Path:
    """Where the tests of a rung lie."""
    return OF_THE_EMULATOR if rung == "emulator" else TESTS / rung


_MOST_WORKERS = 4
"""Each may hold an embedded AWS or two."""


def pytest_xdist_auto_num_workers() -> int:
    """Run two workers a core: half of a test's time it waits for what is deployed."""
    return min(2 * (os.cpu_count() or 1), _MOST_WORKERS)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a path that does not exist: workers would find no test there and say nothing."""
    absent = [each for each in config.args if not Path(each.partition("::")[0]).exists()]
    if absent and not hasattr(config, "workerinput"):
        raise pytest.UsageError(f"no such file or folder: {', '.join(absent)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if rung_of(item.path) in WITH_SOCKETS:
            item.add_marker(rung_of(item.path))
    if CHROMIUM is None:
        deselect(config, items, [item for item in items if item.get_closest_marker("browser")])
    if any(rung_of(item.path) == "engine" for item in items) and (reason := _no_fitting_cli()):
        config.stash[_NO_ENGINE] = reason
        leave_out(config, items, "engine")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    told: dict[str, str] | None = getattr(session.config, "workeroutput", None)
    if told is not None and (reason := session.config.stash.get(_NO_ENGINE, None)):
        told[_TOLD] = reason


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended (pytest-xdist)."""
    if reason := getattr(node, "workeroutput", {}).get(_TOLD):
        node.config.stash[_NO_ENGINE] = reason


def _no_fitting_cli() -> str | None:
    try:
        fitting_binary()
    except CliError as error:
        return str(error)
    return None


def leave_out(config: pytest.Config, items: list[pytest.Item], rung: str) -> None:
    """Deselect a whole rung: one line in the summary instead of a skip for each test."""
    deselect(config, items, [item for item in items if rung_of(item.path) == rung])


def deselect(config: pytest.Config, items: list[pytest.Item], out: list[pytest.Item]) -> None:
    """Leave tests out of the run."""
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


@pytest.fixture(autouse=True)
def _sockets_on_the_upper_rungs_only(request: pytest.FixtureRequest) -> None:
    if rung_of(request.path) in WITH_SOCKETS:
        enable_socket()
    else:
        # An event loop needs its own pair of unix sockets; nothing may leave the process.
        disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a file; each of them is marked `browser`."""
    with chromium() as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests of each rung ran, and which rungs this machine left out."""
    passed = Counter(
        rung_of(TESTS.parent / report.nodeid.partition("::")[0])
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call"
    )
    terminalreporter.section("ladder of tests")
    terminalreporter.line(f"on Python {platform.python_version()}; on AWS the functions run on Python 3.11")
    for rung in RUNGS:
        left_out = config.stash.get(_NO_ENGINE, None) if rung == "engine" else None
        said = f"left out: {left_out}" if left_out else f"{passed[rung]:>5} passed"
        terminalreporter.line(f"{rung:<10} {said}")
    if CHROMIUM is None:
        terminalreporter.line("browser    left out: no chromium on PATH (Debian: apt-get install chromium)")
    terminalreporter.line("smoke      left out: needs an environment deployed on AWS")


def uncollected(root: Path) -> list[Path]:
    """Files that define tests and that pytest would not collect."""
    defines_test = re.compile(r"^\s*(async )?def test_|^class Test", re.MULTILINE)
    return [
        path
        for path in sorted(root.rglob("*.py"))
        if not path.name.startswith("test_") and defines_test.search(path.read_text())
    ]
