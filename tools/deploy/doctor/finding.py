"""What one check found: a line, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal["ok", "!", "x"]
"""Fine; works, but look at it; a deployment would fail."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's."""

    mark: Mark
    subject: str
    """What was looked at, in a word or two."""
    text: str
    """What is there; for `!` and `x` also what to do."""

    def __str__(self) -> str:
        lines = self.text.splitlines() or [""]
        heads = [f"{self.mark:<2} {self.subject:<13} ", *([" " * 17] * len(lines[1:]))]
        return "\n".join(f"{head}{line}" for head, line in zip(heads, lines, strict=True))


def ok(subject: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding("ok", subject, text)


def warning(subject: str, text: str) -> Finding:
    """A deployment would work, but not do what is meant, or not for everybody."""
    return Finding("!", subject, text)


def failure(subject: str, text: str) -> Finding:
    """A deployment would fail."""
    return Finding("x", subject, text)


def failed(findings: Iterable[Finding]) -> bool:
    """Whether a deployment would fail."""
    return any(each.mark == "x" for each in findings)
