"""The packages that Lambda's Python runtime brings along, as a folder of links.

A function may import these, its own zip and the standard library. What else is installed beside the
emulator must not be found, or a zip that forgot a module would work here and fail on AWS.
"""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

RUNTIME_DISTRIBUTIONS = ("awslambdaric", "boto3")
"""AWS's runtime client, and the SDK that Lambda's managed Python runtimes include; with what they require."""


def link_packages(folder: Path) -> Path:
    """Fill `folder` with a link to each top-level module of the runtime's distributions."""
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
    """Return the package's modules by name: folders, single files and compiled extensions."""
    modules: dict[str, Path] = {}
    for file in package.files or []:
        name = file.parts[0]
        if name in {"..", "__pycache__"} or name.endswith((".dist-info", ".data", ".libs", ".pth")):
            continue
        modules[name] = Path(str(package.locate_file(name)))
    return modules
