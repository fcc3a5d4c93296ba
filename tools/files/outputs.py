"""Write output files atomically, and never over inputs."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tools.files.errors import OutputError


def check_files(outputs: Iterable[tuple[str, Path]], inputs: Iterable[tuple[str, Path]]) -> None:
    """Refuse outputs before anything is opened for writing.

    Args:
        outputs: Name and path of each output.
        inputs: Name and path of each input.

    Raises:
        OutputError: An output equals an input or another output, is a folder, or its folder is not writable.
    """
    taken = list(inputs)
    for name, path in outputs:
        for other, its_path in taken:
            if _same(path, its_path):
                raise OutputError(f"{name} and {other} are the same file, {path}: choose another one")
        taken.append((name, path))
        if path.is_dir():
            raise OutputError(f"{name} is a folder, {path}: choose a file in it")
        if not path.parent.is_dir():
            raise OutputError(f"{name}: folder {path.parent} does not exist; create it, or choose another")
        if not os.access(path if _special(path) else path.parent, os.W_OK):
            raise OutputError(f"{name}: {path} cannot be written")


def make_folder(name: str, path: Path) -> None:
    """Create a folder and its parents, if missing.

    Raises:
        OutputError: The folder cannot be created.
    """
    for each in (path, *path.parents):
        if each.exists() and not each.is_dir():
            raise OutputError(f"{name} must be a folder, but {each} is a file: choose another one")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{name}: cannot create the folder {path}: {error.strerror}") from error


def _as_text(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="")


@contextmanager
def written(
    path: Path, *, private: bool = False, opened: Callable[[Path], IO[str]] = _as_text
) -> Iterator[IO[str]]:
    """Open a file for writing that replaces the target at the successful end of the block.

    A pipe or device is written to directly.

    Args:
        path: Path of the file.
        private: Whether only its owner may read it.
        opened: Opens the file for writing.

    Raises:
        OutputError: It cannot be written.
    """
    beside = path if _special(path) else path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if private and beside != path:
            beside.touch(mode=0o600)
        with opened(beside) as text:
            yield text
        if beside != path:
            beside.replace(path.resolve())
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if beside != path:
            beside.unlink(missing_ok=True)


def write(path: Path, text: str) -> None:
    """Write a file atomically.

    Raises:
        OutputError: The file cannot be written; an existing one is unchanged.
    """
    with written(path) as file:
        file.write(text)


def _same(one: Path, other: Path) -> bool:
    if _special(one):
        return False
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def _special(path: Path) -> bool:
    """Return whether a path is a pipe or device."""
    try:
        return not stat.S_ISREG(path.stat().st_mode) and not path.is_dir()
    except OSError:
        return False
