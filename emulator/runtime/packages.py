"""The packages of Lambda's Python runtime, as a folder of links.

A function may import these, its own zip and the standard library. Other installed packages are hidden, or a
zip that lacks a module would work here and fail on AWS.
"""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

RUNTIME_DISTRIBUTIONS = ("awslambdaric", "boto3")
"""AWS's runtime interface client and the SDK in Lambda's Python runtimes; their requirements are added."""


def link_packages(folder: Path) -> Path:
    """Link each top-level module of the runtime's distributions into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in _with_requirements(RUNTIME_DISTRIBUTIONS):
        for name, source in _top_level_modules(each).items():
            link = folder / name
            if not link.is_symlink():
                link.symlink_to(source)
    return folder


def _with_requirements(names: tuple[str, ...]) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    wanted = list(names)
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        found[name] = distribution(name)
        requirements = [each for each in found[name].requires or [] if "extra ==" not in each]
        wanted += [re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0] for each in requirements]
    return list(found.values())


def _top_level_modules(package: Distribution) -> dict[str, Path]:
    """Return a package's modules by name: folders, single files and compiled extensions."""
    modules: dict[str, Path] = {}
    for file in package.files or []:
        name = file.parts[0]
        if name in {"..", "__pycache__"} or name.endswith((".dist-info", ".data", ".libs", ".pth")):
            continue
        modules[name] = Path(str(package.locate_file(name)))
    return modules
