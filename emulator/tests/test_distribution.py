"""The package that is distributed is whole, and its README names what it has."""

import re
import tomllib
from pathlib import Path

from emulator.provider.invokes import FUNCTIONS
from emulator.provider.registry import RESOURCES

PACKAGE = Path(__file__).resolve().parents[1]
README = (PACKAGE / "README.md").read_text("utf-8")


def test_every_folder_with_modules_is_distributed_but_the_tests() -> None:
    described = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))
    folders = {path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}
    packages = {".".join(("emulator", *folder.parts)) for folder in folders if folder.parts[:1] != ("tests",)}
    assert packages == set(described["tool"]["setuptools"]["packages"])


def test_the_readme_names_every_resource_type_and_no_other() -> None:
    named = re.findall(r"`(\w+:\w+/\w+:\w+)`", README)
    assert sorted(named) == sorted(RESOURCES)
    assert f"\n{len(RESOURCES)} resource types." in README


def test_the_readme_names_every_function_and_no_other() -> None:
    assert set(re.findall(r"`(get\w+)`", README)) == {token.rpartition(":")[2] for token in FUNCTIONS}
