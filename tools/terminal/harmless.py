"""What a command prints never acts on the terminal, whoever has written it: a note, a name, an error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from shared.runtime.untrusted import visible

_OF_LINES = "\n\t"


class Harmless:
    """A stream through which no escape, control or bidi mark comes; everything else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text with what does not show made visible; return how much of it there was."""
        self._stream.write(visible(text, kept=_OF_LINES))
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Whatever else a stream has."""
        return getattr(self._stream, name)


@contextmanager
def harmless_output() -> Iterator[None]:
    """Standard output and error are harmless while the block lasts."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Harmless(sys.stdout), Harmless(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
