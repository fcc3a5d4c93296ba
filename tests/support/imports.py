"""Which files of this repository a Python file imports, and those which they import."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.deploy.project import ROOT


def closure(starts: Iterable[Path]) -> frozenset[str]:
    """The starts and all they import, however far away, as paths from the root."""
    seen: set[Path] = set()
    waiting = list(starts)
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += _imported(file)
    return frozenset(path.relative_to(ROOT).as_posix() for path in seen)


def _imported(file: Path) -> Iterator[Path]:
    for name in _names(ast.parse(file.read_text("utf-8"))):
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            path = ROOT.joinpath(*parts[:length])
            yield from (each for each in (path / "__init__.py", path.with_suffix(".py")) if each.is_file())


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "this project imports by full names alone"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
