"""Reads a growing text file from where the last reading ended."""

from pathlib import Path


class Tail:
    """The lines of a file that another process appends to; a file that does not exist yet has none."""

    def __init__(self, path: Path) -> None:
        self._path, self._position = path, 0

    def new_lines(self) -> list[str]:
        """Return the whole lines since the last call; one that is half written comes with a later call."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._position)
            complete, newline, _ = file.read().rpartition(b"\n")
        self._position += len(complete) + len(newline)
        return [line for line in complete.decode("utf-8", "replace").split("\n") if line.strip()]
