"""No test is written in vain: pytest collects every file that defines one."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import conftest as ladder
from tests.conftest import OF_THE_EMULATOR, RUNGS, TESTS, folder_of, uncollected
from tools.deploy.engine import CliError


def test_every_file_that_defines_tests_is_collected() -> None:
    assert uncollected(TESTS) == []
    assert uncollected(OF_THE_EMULATOR) == []


def test_no_test_lies_outside_of_what_is_collected(pytestconfig: pytest.Config) -> None:
    collected = [pytestconfig.rootpath / each for each in pytestconfig.getini("testpaths")]
    assert collected == [TESTS, OF_THE_EMULATOR]
    for room in ("emulator", "shared", "stacks", "tools"):
        files = (TESTS.parent / room).rglob("test_*.py")
        astray = [each for each in files if not each.is_relative_to(OF_THE_EMULATOR)]
        assert astray == []


def test_every_rung_is_a_package_that_holds_tests() -> None:
    for rung in RUNGS:
        assert (folder_of(rung) / "__init__.py").is_file(), f"{folder_of(rung)} is no package"
        assert list(folder_of(rung).rglob("test_*.py")), f"{folder_of(rung)} holds no test"


def test_every_test_file_stands_on_a_rung() -> None:
    astray = [path for path in TESTS.rglob("test_*.py") if path.relative_to(TESTS).parts[0] not in RUNGS]

    assert astray == []


@pytest.mark.parametrize(
    "text",
    [
        "def test_it() -> None:\n    assert True\n",
        "async def test_it() -> None:\n    assert True\n",
        "class TestIt:\n    def test_it(self) -> None:\n        assert True\n",
    ],
    ids=["function", "coroutine", "class"],
)
def test_a_file_under_another_name_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "deeper").mkdir()
    planted = tmp_path / "deeper" / "checks_of_it.py"
    planted.write_text(text)
    (tmp_path / "test_collected.py").write_text(text)
    (tmp_path / "helpers.py").write_text("def testify() -> None: ...\n")

    assert uncollected(tmp_path) == [planted]


def test_pytest_collects_by_the_same_rule(pytestconfig: pytest.Config) -> None:
    assert "test_*.py" in pytestconfig.getini("python_files")


@dataclass
class Item:
    """As much of a collected test as the ladder looks at."""

    path: Path
    markers: list[str] = field(default_factory=list)

    def add_marker(self, marker: str) -> None:
        self.markers.append(marker)


@dataclass
class Summary:
    """What the run prints at its end."""

    stats: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        self.lines.append(title)

    def line(self, text: str) -> None:
        self.lines.append(text)


@pytest.mark.parametrize("fits", [True, False])
def test_the_engine_rung_runs_where_a_cli_fits_and_else_is_left_out_for_one_reason(
    monkeypatch: pytest.MonkeyPatch, fits: bool
) -> None:
    def fitting_binary() -> Path:
        if not fits:
            raise CliError("the only CLI is too old")
        return Path("pulumi")

    monkeypatch.setattr(ladder, "fitting_binary", fitting_binary)
    upper = [Item(TESTS / "engine" / f"test_{name}.py") for name in "abc"]
    lower = [Item(TESTS / "local" / "test_a.py"), Item(TESTS / "unit" / "test_a.py")]
    items: Any = [*upper, *lower]
    deselected: list[Item] = []

    def pytest_deselected(items: list[Item]) -> None:
        deselected.extend(items)

    hook = SimpleNamespace(pytest_deselected=pytest_deselected)
    config: Any = SimpleNamespace(stash=pytest.Stash(), hook=hook)
    summary: Any = Summary()

    ladder.pytest_collection_modifyitems(config, items)
    ladder.pytest_terminal_summary(summary, config)

    assert items == ([*upper, *lower] if fits else lower)
    assert deselected == ([] if fits else upper)
    assert [each.markers for each in [*upper, *lower]] == [["engine"]] * 3 + [["local"], []]
    (line,) = (each for each in summary.lines if each.startswith("engine"))
    assert line.split(maxsplit=1)[1] == ("0 passed" if fits else "left out: the only CLI is too old")
