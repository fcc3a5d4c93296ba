"""What a function's zip holds, file by file: its own package, what functions share, and vendored modules.

Two clones of one commit make the same zip, byte for byte: only modules and JSON that git tracks go in, and
`.gitattributes` gives every text the same line ends.

The zip keeps the import names of the repository (``stacks.compute.functions.ingest.handler``), so that a
test, a traceback and the deployed function speak of the same module. boto3 comes with the Lambda runtime
and stays out.
"""

import shlex
import subprocess
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
        BundleError: when a package is not there, or holds a link or a module that git does not track, when
            git does not say what it tracks, or a vendored module holds compiled code.
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
    """Not what an editor, a file manager or Python leaves: `._handler.py`, `handler copy.py`."""
    name = path.stem if path.suffix == ".py" else path.name.partition(".")[0]
    names = [*path.relative_to(folder).parts[:-1], name]
    return "__pycache__" not in names and all(name.isidentifier() for name in names)


def _refuse_what_is_not_in_git(folder: Path, sources: Sequence[Path]) -> None:
    """Refuse what another clone would not have: links, and modules that git does not track.

    Outside of a work tree of git (a downloaded archive) nothing tells what belongs to the project.
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
    # Whoever builds may be another user than the owner of the files, as in a container.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--", str(folder)]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except OSError as error:
        raise BundleError(f"git, which tells what belongs to the zip, cannot be run: {error}") from error
    except subprocess.CalledProcessError as error:
        raise BundleError(f"git does not tell what belongs to the zip: {error.stderr.strip()}") from error
    return frozenset(ROOT / name for name in listed.stdout.split("\0") if name)


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
