"""The package that is distributed is whole, and its README names what it has."""

import re
import subprocess
import sys
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


def test_the_readme_leads_to_every_module_with_resource_types() -> None:
    modules = {type(each).__module__.rpartition(".")[2] for each in RESOURCES.values()}
    assert modules <= set(re.findall(r"\]\(provider/(\w+)\.py\)", README))


def test_the_resource_types_are_printed() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "emulator.provider"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    )
    assert printed.stdout.split() == sorted(RESOURCES)


def test_the_readme_names_every_function_and_no_other() -> None:
    assert set(re.findall(r"`(get\w+)`", README)) == {token.rpartition(":")[2] for token in FUNCTIONS}
