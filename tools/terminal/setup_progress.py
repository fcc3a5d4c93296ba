"""`python -m tools.terminal.setup_progress`: tells of pip's progress, whose lines come on standard input.

It runs before anything is installed, so that it needs nothing but Python.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

LOCK = Path("requirements.lock")
SECONDS_BETWEEN_LINES = 5.0


def told(lines: Iterable[str], packages: int) -> Iterator[str]:
    """Yield what a person wants to know: how many packages have come, and what is wrong."""
    yield f"  {packages} packages, verified by hash; takes minutes on a slow machine"
    seen, last = 0, time.monotonic()
    for line in lines:
        word = line.split(" ", 1)[0]
        seen += word in {"Collecting", "Requirement"}
        if word == "Installing":
            yield f"  {seen} packages downloaded; installing them takes about as long"
        elif word == "Collecting" and time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            yield f"  {seen} of {packages} packages: {line.split()[1]}"


def main() -> int:
    """Tell of it until pip ends; what pip says of a failure goes to standard error by itself."""
    packages = sum(line[:1].isalnum() for line in LOCK.read_text("utf-8").splitlines())
    for line in told(sys.stdin, packages):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
