"""No test is written in vain: pytest collects every file that defines one."""

from pathlib import Path

import pytest

from tests.conftest import RUNGS, TESTS, uncollected


def test_every_file_that_defines_tests_is_collected() -> None:
    assert uncollected(TESTS) == []


def test_every_rung_is_a_package_that_holds_tests() -> None:
    for rung in RUNGS:
        assert (TESTS / rung / "__init__.py").is_file(), f"tests/{rung} is no package"
        assert list((TESTS / rung).rglob("test_*.py")), f"tests/{rung} holds no test"


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
