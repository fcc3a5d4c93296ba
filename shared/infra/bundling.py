"""What a function's zip holds, file by file: its own package, what functions share, and vendored modules.

The zip keeps the import names of the repository (``stacks.compute.functions.ingest.handler``), so that a
test, a traceback and the deployed function speak of the same module. boto3 comes with the Lambda runtime
and stays out.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parents[2]
"""The repository, where import names start."""

SHARED_PACKAGE = "shared.runtime"
BUNDLED_SUFFIXES = frozenset({".py", ".json"})
COMPILED_SUFFIXES = frozenset({".so", ".pyd", ".dylib"})


class BundleError(ValueError):
    """A function whose zip would not work."""


def bundle(
    function_package: str, vendored: Sequence[str] = (), packages: Sequence[str] = ()
) -> pulumi.AssetArchive:
    """Return the zip of a function; the same sources give the same hash on every machine.

    Raises:
        BundleError: as ``bundle_files``.
    """
    files = bundle_files(function_package, vendored, packages)
    return pulumi.AssetArchive({name: pulumi.FileAsset(str(path)) for name, path in files.items()})


def bundle_files(
    function_package: str, vendored: Sequence[str] = (), packages: Sequence[str] = ()
) -> Mapping[str, Path]:
    """Path in the zip -> file on disk, sorted by path.

    Args:
        function_package: import name, for example ``stacks.compute.functions.ingest``.
        vendored: importable modules that the runtime does not have; pure Python only.
        packages: further packages of this repository that the function imports.

    Raises:
        BundleError: when a package is not there, or a vendored one holds compiled code.
    """
    files: dict[str, Path] = {}
    for package in (function_package, SHARED_PACKAGE, *packages):
        folder = ROOT.joinpath(*package.split("."))
        if not (folder / "__init__.py").is_file():
            raise BundleError(
                f"{package} is no package: {folder.relative_to(ROOT)}/__init__.py does not exist"
            )
        files |= {path.relative_to(ROOT).as_posix(): path for path in _sources(folder)}
        files |= _ancestors(package)
    for module in vendored:
        files |= _vendored(module)
    return dict(sorted(files.items()))


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in BUNDLED_SUFFIXES and "__pycache__" not in path.parts:
            yield path


def _ancestors(package: str) -> dict[str, Path]:
    """Return the ``__init__.py`` above the package, which hold no code."""
    parts = package.split(".")
    found = {}
    for depth in range(1, len(parts)):
        path = ROOT.joinpath(*parts[:depth], "__init__.py")
        found[path.relative_to(ROOT).as_posix()] = path
    return found


def _vendored(module: str) -> dict[str, Path]:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise BundleError(f"module {module} is not installed; run: make setup")
    origin = Path(spec.origin)
    if spec.submodule_search_locations is None:
        return {origin.name: origin}
    folder = origin.parent
    if compiled := [path.name for path in folder.rglob("*") if path.suffix in COMPILED_SUFFIXES]:
        raise BundleError(
            f"module {module} holds compiled code ({', '.join(sorted(compiled))}): not portable"
        )
    return {path.relative_to(folder.parent).as_posix(): path for path in _sources(folder)}
