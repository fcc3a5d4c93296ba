"""Build function zips: the function's package, shared code and vendored modules.

Builds are reproducible: two clones of a commit give identical zips. Only modules and JSON files tracked by
git are included, and `.gitattributes` normalises line endings.

Modules keep their import names in the repository (``stacks.compute.functions.ingest.handler``), so that tests
and tracebacks name the same modules. boto3 is not included: the Lambda runtime has it.
"""

import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parents[2]
"""The root of the repository, where import names start."""

SHARED_PACKAGE = "shared.runtime"
BUNDLED_SUFFIXES = frozenset({".py", ".json"})
COMPILED_SUFFIXES = frozenset({".so", ".pyd", ".dylib"})


class BundleError(ValueError):
    """The function's zip would not work."""


def bundle(
    function_package: str, vendored: Sequence[str] = (), packages: Sequence[str] = ()
) -> pulumi.AssetArchive:
    """Return the zip of a function; the same sources give the same hash on every machine.

    Raises:
        BundleError: As for ``bundle_files``.
    """
    files = bundle_files(function_package, vendored, packages)
    return pulumi.AssetArchive({name: pulumi.FileAsset(str(path)) for name, path in files.items()})


def bundle_files(
    function_package: str, vendored: Sequence[str] = (), packages: Sequence[str] = ()
) -> Mapping[str, Path]:
    """Return path in the zip -> file on disk, sorted by path.

    Args:
        function_package: Import name, for example ``stacks.compute.functions.ingest``.
        vendored: Importable modules that the runtime lacks; pure Python only.
        packages: Other packages of this repository that the function imports.

    Raises:
        BundleError: A package is missing, contains a link or an untracked module, git fails, or a vendored
            module contains compiled code.
    """
    files: dict[str, Path] = {}
    for package in (function_package, SHARED_PACKAGE, *packages):
        folder = ROOT.joinpath(*package.split("."))
        if not (folder / "__init__.py").is_file():
            raise BundleError(
                f"{package} is no package: {folder.relative_to(ROOT)}/__init__.py does not exist"
            )
        sources = list(_sources(folder))
        _refuse_what_is_not_in_git(folder, sources)
        files |= {path.relative_to(ROOT).as_posix(): path for path in sources}
        files |= _ancestors(package)
    for module in vendored:
        files |= _vendored(module)
    return dict(sorted(files.items()))


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in BUNDLED_SUFFIXES and _is_named_like_a_module(path, folder):
            yield path


def _is_named_like_a_module(path: Path, folder: Path) -> bool:
    """Return whether a path is importable, unlike leftovers such as `._handler.py` or `handler copy.py`."""
    name = path.stem if path.suffix == ".py" else path.name.partition(".")[0]
    names = [*path.relative_to(folder).parts[:-1], name]
    return "__pycache__" not in names and all(name.isidentifier() for name in names)


def _refuse_what_is_not_in_git(folder: Path, sources: Sequence[Path]) -> None:
    """Refuse files that another clone would lack: links and untracked modules.

    Outside a git work tree (a downloaded archive) there is no list of tracked files, so nothing is refused.
    """
    if links := [path.relative_to(ROOT).as_posix() for path in sources if path.is_symlink()]:
        raise BundleError(
            f"{', '.join(links)} is a link, and what it leads to would be deployed: put a file there"
        )
    tracked = _tracked(folder)
    if folder / "__init__.py" not in tracked:
        return
    if strays := [path.relative_to(ROOT).as_posix() for path in sources if path not in tracked]:
        raise BundleError(
            f"git does not track {', '.join(strays)}, so that another clone would deploy another function: "
            f"git add {shlex.join(strays)}, or move it away"
        )


def _tracked(folder: Path) -> frozenset[Path]:
    if not any((above / ".git").exists() for above in (ROOT, *ROOT.parents)):
        return frozenset()
    # In a container, the user may not be the owner of the files.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--", str(folder)]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except OSError as error:
        raise BundleError(f"git, which tells what belongs to the zip, cannot be run: {error}") from error
    except subprocess.CalledProcessError as error:
        raise BundleError(f"git does not tell what belongs to the zip: {error.stderr.strip()}") from error
    return frozenset(ROOT / name for name in listed.stdout.split("\0") if name)


def _ancestors(package: str) -> dict[str, Path]:
    """Return the ``__init__.py`` files of the parent packages, which contain no code."""
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
